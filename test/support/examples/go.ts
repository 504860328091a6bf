import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from '../run.ts';

/** Builds a program of these Go files in a folder of its own; resolves with its path. */
export const buildGo = async (folder: string, files: readonly string[]): Promise<string> => {
  for (const file of files) await cp(resolve(file), join(folder, file.split('/').at(-1) ?? file));
  const binary = join(folder, 'program');
  // Debian's packages of Go libraries are made for a GOPATH.
  const build = `cd ${folder} && GO111MODULE=off GOPATH=/usr/share/gocode go build -o ${binary}`;
  await run('sh', ['-ec', build]);
  return binary;
};
