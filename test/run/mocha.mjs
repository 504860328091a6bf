import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from '../../ops/setup/run-command.mjs';

/** Runs mocha once on the given Node and resolves with what it counted; a run that counted nothing is a failure. */
export async function runMocha({ root, node, redis, specs, mochaArgs }) {
  const directory = await mkdtemp(join(tmpdir(), 'ticketd-run-'));
  const statsFile = join(directory, 'stats.json');
  const args = ['node_modules/mocha/bin/mocha.js', '--reporter', './test/run/reporter.mjs', ...mochaArgs, ...specs];
  const exitCode = await runCommand(node, args, {
    cwd: root,
    env: {
      ...process.env,
      // What the tests start through the PATH (npx, a shebang) is to run on the Node under test, too.
      PATH: dirname(node) + delimiter + process.env.PATH,
      TEST_REDIS: redis,
      TEST_STATS_FILE: statsFile,
    },
  });
  const stats = await readStats(statsFile);
  await rm(directory, { recursive: true });
  return countRun(stats, exitCode);
}

async function readStats(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function countRun(stats, exitCode) {
  if (stats === undefined) return broken(`mocha ended with exit code ${exitCode} and no result`);
  const counted = { passed: stats.passes, failed: stats.failures, skipped: stats.pending, failures: stats.failed };
  if (counted.failed > 0) return counted;
  if (stats.passes + stats.pending === 0) return broken('no test was executed');
  if (stats.leftOpen) return { ...counted, failed: 1, problem: `still open after the tests: ${stats.leftOpen}` };
  if (exitCode !== 0) return { ...counted, failed: 1, problem: `mocha ended with exit code ${exitCode}` };
  return counted;
}

function broken(problem) {
  return { passed: 0, failed: 1, skipped: 0, problem };
}
