import { readFileSync, writeFileSync } from 'node:fs';
import { withTable } from '../../ops/build/docs/tables.ts';

const PAGE = 'test/README.md';

/** Replaces the table of that name in the page on the tests, and says when it was measured. */
export const writeToPage = (name: 'coverage' | 'mutation', table: string): void => {
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), name, `Measured on ${day}:\n\n${table}`));
};
