import { writeFileSync } from 'node:fs';
import { reporters } from 'mocha';

const GRACE_MS = 10_000;

/** mocha's usual output; beside it, the counts and what failed go to the file that TEST_STATS_FILE names. */
export default function reporter(runner, options) {
  const spec = new reporters.Spec(runner, options);
  const failures = [];
  runner.on('fail', (test, error) => failures.push(`${test.fullTitle()}: ${error.message.split('\n', 1)[0]}`));
  runner.once('end', () => {
    const stats = { ...runner.stats, failed: failures };
    writeStats(stats);
    endIfLeftOpen(stats);
  });
  return spec;
}

/** Something the tests left open keeps the process alive: say what, instead of hanging. */
function endIfLeftOpen(stats) {
  const timer = setTimeout(() => {
    const leftOpen = process.getActiveResourcesInfo().join(', ');
    writeStats({ ...stats, leftOpen });
    process.exit(1);
  }, GRACE_MS);
  timer.unref();
}

function writeStats(stats) {
  writeFileSync(process.env.TEST_STATS_FILE, JSON.stringify(stats));
}
