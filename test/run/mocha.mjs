import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from '../../ops/build/setup/run-command.mjs';

// Most tests wait for something: three files a core keep it busy.
const FILES_PER_CORE = 3;

/**
 * Runs mocha once on the given Node, several files side by side, and resolves with what it counted and how long each
 * file took. A run that counted nothing is a failure.
 */
export async function runMocha({ root, node, redis, specs, env, mochaArgs }) {
  const directory = await mkdtemp(join(tmpdir(), 'ticketd-run-'));
  const statsFile = join(directory, 'stats.json');
  const timesFile = join(directory, 'times.jsonl');
  const sideBySide = ['--parallel', '--jobs', String(FILES_PER_CORE * availableParallelism())];
  const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', './test/run/reporter.mjs'];
  const exitCode = await runCommand(node, [...mocha, ...sideBySide, ...mochaArgs, ...specs], {
    cwd: root,
    env: {
      ...process.env,
      ...env,
      // What the tests start through the PATH (npx, a shebang) is to run on the Node under test, too.
      PATH: dirname(node) + delimiter + process.env.PATH,
      TEST_REDIS: redis,
      TEST_STATS_FILE: statsFile,
      TEST_TIMES_FILE: timesFile,
    },
  });
  const [stats, times] = await Promise.all([readLines(statsFile), readLines(timesFile)]);
  await rm(directory, { recursive: true });
  return { ...countRun(stats[0], exitCode), times };
}

async function readLines(file) {
  try {
    const text = await readFile(file, 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}

function countRun(stats, exitCode) {
  if (stats === undefined) return broken(`mocha ended with exit code ${exitCode} and no result`);
  const counted = { passed: stats.passes, failed: stats.failures, skipped: stats.pending, failures: stats.failed };
  if (counted.failed > 0) return counted;
  if (stats.passes + stats.pending === 0) return broken('no test was executed');
  if (exitCode !== 0) return { ...counted, failed: 1, problem: `mocha ended with exit code ${exitCode}` };
  return counted;
}

function broken(problem) {
  return { passed: 0, failed: 1, skipped: 0, problem };
}
