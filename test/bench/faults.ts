// Plays the faults of test/chaos one after another, and compares what was measured with what src/redis/README.md promises. Its table is
// made of test/chaos/measured.md, which this writes; other work on the machine spoils it.
//   npm run bench:faults [-- mocha's arguments]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faultTable, overruns, ROWS_VARIABLE, readRows } from '../chaos/support/table.ts';
import { loadAverage } from './support/machine.ts';

const OUTPUT = new URL('../chaos/measured.md', import.meta.url);

const before = loadAverage();
const directory = mkdtempSync(join(tmpdir(), 'ticketd-faults-'));
const mocha = spawn(process.execPath, ['node_modules/mocha/bin/mocha.js', 'test/chaos', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, [ROWS_VARIABLE]: directory },
});
const [code] = await once(mocha, 'exit');
const rows = readRows(directory);
rmSync(directory, { recursive: true });
const measured = `${faultTable(rows)}\n`;
writeFileSync(OUTPUT, measured);
const late = rows.flatMap(overruns);
process.stdout.write(`load average before: ${before}\n\n${measured}\n`);
for (const overrun of late) process.stdout.write(`over its bound: ${overrun}\n`);
process.exitCode = code === 0 && late.length === 0 ? 0 : 1;
