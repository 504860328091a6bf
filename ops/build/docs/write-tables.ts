// Writes the generated tables of the pages: npm run docs
// The table of faults comes from the last `npm run bench:faults` on this machine, if there was one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tables, withTable } from './tables.ts';

const MEASURED = 'test/chaos/measured.md';

const write = (page: string, name: string, table: string): void =>
  writeFileSync(page, withTable(readFileSync(page, 'utf8'), name, table));

for (const { page, name, make } of tables) write(page, name, make());
if (existsSync(MEASURED)) write('src/redis/README.md', 'faults', readFileSync(MEASURED, 'utf8'));
