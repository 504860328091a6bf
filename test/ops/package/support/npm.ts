import { execFileSync } from 'node:child_process';

/** Runs npm in a folder and returns its standard output. */
export const npm = (folder: string, ...args: readonly string[]): string =>
  execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

export interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
  readonly filename: string;
}

/** What npm would publish of a folder that is built already, written to another folder. */
export const pack = (folder: string, destination: string): Packed => {
  const [packed] = JSON.parse(npm(folder, 'pack', '--json', '--ignore-scripts', `--pack-destination=${destination}`));
  return packed;
};

/** Installs packages, without their scripts, into a folder that has a package.json. */
export const install = (folder: string, ...packages: readonly string[]): void => {
  npm(folder, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...packages);
};
