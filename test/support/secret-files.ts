import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Secrets in files, as Kubernetes mounts them: links through one link that changes for all of them together. */
export interface SecretFiles {
  pathOf(name: string): string;
  /** Replaces all these files together. */
  swap(texts: Readonly<Record<string, string>>): Promise<void>;
  remove(): Promise<void>;
}

export const mountSecrets = async (initial: Readonly<Record<string, string>>): Promise<SecretFiles> => {
  const folder = await mkdtemp(join(tmpdir(), 'ticketd-secrets-'));
  let texts = initial;
  let version = 0;
  const pathOf = (name: string) => join(folder, name);
  const point = async (): Promise<void> => {
    version += 1;
    const versioned = `..${version}`;
    await mkdir(pathOf(versioned));
    await Promise.all(Object.entries(texts).map(([name, text]) => writeFile(join(folder, versioned, name), text)));
    await symlink(versioned, pathOf('..data_tmp'));
    await rename(pathOf('..data_tmp'), pathOf('..data'));
  };
  await point();
  await Promise.all(Object.keys(texts).map((name) => symlink(join('..data', name), pathOf(name))));
  return {
    pathOf,
    swap: async (changed) => {
      texts = { ...texts, ...changed };
      await point();
      await rm(pathOf(`..${version - 1}`), { recursive: true });
    },
    remove: () => rm(folder, { recursive: true }),
  };
};
