// `npm test`: installs what is lacking, checks, builds, and runs the tests on every Node and Redis there is.
//   npm test -- [--run=process|container|nodes] [mocha's arguments]
// Nothing may be installed yet when this starts, so it and its modules import from Node only.
import { fileURLToPath } from 'node:url';
import { installDependencies } from '../ops/build/setup/install.mjs';
import { mustRun } from '../ops/build/setup/run-command.mjs';
import { runMocha } from './run/mocha.mjs';
import { installPackages } from './run/packages.mjs';
import { chooseRuns, GROUPS, versionOf } from './run/runs.mjs';
import { closingLine, formatTable, slowestFiles, sum } from './run/summary.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = [];
const leftOut = [];

try {
  const { only, mochaArgs } = parseArguments(process.argv.slice(2));
  await installDependencies(root);
  await installPackages();
  for (const script of ['lint', 'typecheck', 'build']) {
    heading(script);
    await mustRun('npm', ['run', '--silent', script], { cwd: root });
  }
  const chosen = await chooseRuns(root, only);
  leftOut.push(...chosen.leftOut);
  tellLeftOut();
  for (const run of chosen.runs) results.push(await execute(run, mochaArgs));
  if (results.length === 0) throw new Error('there was nothing to run');
} catch (error) {
  results.push({ run: 'set-up', passed: 0, failed: 1, skipped: 0, problem: error.message });
}

heading('result');
console.log(formatTable(results));
console.log(`\nslowest files: ${slowestFiles(results)}`);
for (const { run, problem, failures = [] } of results)
  for (const what of [...failures, ...(problem ? [problem] : [])]) console.log(`${run}: ${what}`);
tellLeftOut();
console.log(`\n${closingLine(results)}`);
process.exitCode = sum(results, 'failed') === 0 ? 0 : 1;

/** A run that cannot even begin is a failed one; the others go on. */
async function execute({ name, redis, specs, env, prepare }, mochaArgs) {
  const startedAt = performance.now();
  const run = { run: name, Redis: redis };
  try {
    const node = await prepare();
    run.Node = versionOf(node);
    heading(`${name}: Node ${run.Node}, Redis from a ${redis}`);
    Object.assign(run, await runMocha({ root, node, redis, specs, env, mochaArgs }));
  } catch (error) {
    Object.assign(run, { passed: 0, failed: 1, skipped: 0, problem: error.message });
  }
  return { ...run, seconds: ((performance.now() - startedAt) / 1000).toFixed(1) };
}

/** Twice, for whoever watches the start and whoever reads the end: green is not to look like all. */
function tellLeftOut() {
  for (const what of leftOut) console.log(`\n!! LEFT OUT, not tested: ${what}`);
}

function parseArguments(args) {
  const selection = args.find((arg) => arg.startsWith('--run='));
  const only = selection?.slice('--run='.length);
  if (only !== undefined && !GROUPS.includes(only)) throw new Error(`--run takes one of ${GROUPS.join(', ')}`);
  return { only, mochaArgs: args.filter((arg) => arg !== selection) };
}

function heading(text) {
  console.log(`\n== ${text}`);
}
