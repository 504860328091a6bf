import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { run } from '../../support/run.ts';

/** A type, and the file that exports it. */
export interface TypeName {
  readonly name: string;
  readonly file: string;
}

const TSC = resolve('node_modules/.bin/tsc');
const compilerOptions = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  target: 'es2022',
  module: 'nodenext',
  allowImportingTsExtensions: true,
  types: [],
};

/**
 * What the compiler finds wrong with a value that is to be of a type, a property that the type has not among it; empty
 * where all is well. Types that are published for a format are its schema, one that notices misspelt names.
 */
export const typeErrors = async (value: unknown, { name, file }: TypeName): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'ticketd-typed-'));
  const type = `import type { ${name} } from ${JSON.stringify(resolve(file))};`;
  try {
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['value.ts'] }));
    const source = `${type}\nexport const value: ${name} = ${JSON.stringify(value, undefined, 1)};\n`;
    await writeFile(join(folder, 'value.ts'), source);
    return await run(TSC, ['--pretty', 'false', '--project', folder]).catch(String);
  } finally {
    await rm(folder, { recursive: true });
  }
};
