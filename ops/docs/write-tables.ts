// Writes README's generated tables anew: npm run docs
import { readFile, writeFile } from 'node:fs/promises';
import { withTables } from './tables.ts';

await writeFile('README.md', withTables(await readFile('README.md', 'utf8')));
