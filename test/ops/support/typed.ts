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
 * The compiler errors for a value of a type, unknown properties included; empty
 * if there are none. The published types of a format are a schema that detects misspelt names.
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
