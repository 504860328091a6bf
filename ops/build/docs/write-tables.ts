// Rewrites the generated tables of README: npm run docs
// The table of faults comes from the last `npm run bench:faults` on this machine, if there is one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { withTable, withTables } from './tables.ts';

const MEASURED = 'test/chaos/measured.md';

const readme = withTables(readFileSync('README.md', 'utf8'));
const withFaults = existsSync(MEASURED) ? withTable(readme, 'faults', readFileSync(MEASURED, 'utf8')) : readme;
writeFileSync('README.md', withFaults);
