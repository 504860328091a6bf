import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadLibraries } from './build.ts';

/** A folder of a program that has installed the package. */
export interface InstalledPackage {
  /** Of the package itself. */
  readonly path: string;
  /** Of a file of the program. */
  pathOf(name: string): string;
  /** Writes a file of the program and returns its path. */
  write(name: string, text: string): string;
  remove(): void;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The package as npm would install it, its libraries built from the sources as they are; `beside` it other packages. */
export const installPackage = async (beside: readonly string[] = []): Promise<InstalledPackage> => {
  const folder = mkdtempSync(join(tmpdir(), 'ticketd-program-'));
  const pathOf = (name: string) => join(folder, name);
  const modules = pathOf('node_modules');
  const path = join(modules, 'ticketd');
  mkdirSync(path, { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(path, 'package.json'));
  for (const name of beside) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  const { buildLibraries } = await loadLibraries();
  await buildLibraries(join(path, 'dist'));
  return {
    path,
    pathOf,
    write: (name, text) => {
      const file = pathOf(name);
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
};
