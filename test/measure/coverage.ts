// Which lines and branches of src/ the unit, property and integration tests run, by folder:
//   npm run coverage                      all of them, and the table in test/README.md
//   npm run coverage -- test/unit/redis   what these tests cover
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { coverageTable, readCoverage, uncovered } from './coverage-report.ts';
import { writeToPage } from './page.ts';

const OUTPUT = 'node_modules/.cache/coverage';
const TESTS = ['test/unit', 'test/properties', 'test/integration'];
/** They are about the built CLI, or about memory, which measuring takes some of. */
const LEFT_OUT = ['test/integration/cli/loaded-files.test.ts', 'test/integration/leaks/**'];

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));

const runNode = (args: readonly string[], env: Record<string, string> = {}): number =>
  spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status ?? 1;

const given = process.argv.slice(2);
const ignored = LEFT_OUT.map((files) => `--ignore=${files}`);
const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter=dot', ...ignored];
const c8 = ['node_modules/c8/bin/c8.js', 'report', '--merge-async', '--include=src/**', '--reporter=json'];

rmSync(OUTPUT, { recursive: true, force: true });
process.exitCode = runNode([...mocha, ...(given.length > 0 ? given : TESTS)], {
  NODE_V8_COVERAGE: `${OUTPUT}/v8`,
  // The CLI that tests start runs from its source, whose lines are those to count.
  TEST_CLI: 'source',
  NODE_OPTIONS: `--import=${new URL('./as-modules.mjs', import.meta.url)}`,
});
runNode([...c8, `--temp-directory=${OUTPUT}/v8`, `--reports-dir=${OUTPUT}`]);

const files = await readCoverage(`${OUTPUT}/coverage-final.json`);
const scores = coverageTable(files);
console.log(`${scores}\n\n${uncovered(files)}`);
if (given.length === 0) writeToPage('coverage', scores);
