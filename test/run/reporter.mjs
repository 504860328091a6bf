import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { reporters } from 'mocha';

/** mocha's usual output; beside it, the counts and what failed go to the file that TEST_STATS_FILE names. */
export default function reporter(runner, options) {
  const spec = new reporters.Spec(runner, options);
  const failed = [];
  runner.on('fail', (test, error) => failed.push(describeFailure(test, error)));
  runner.once('end', () => writeFileSync(process.env.TEST_STATS_FILE, JSON.stringify({ ...runner.stats, failed })));
  return spec;
}

function describeFailure(test, error) {
  const file = test.file ? `${relative('.', test.file)}: ` : '';
  return `${file}${test.titlePath().join(' › ')}: ${String(error.message).split('\n', 1)[0]}`;
}
