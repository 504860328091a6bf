import { execFileSync } from 'node:child_process';
import { mustRun, succeeds } from '../../ops/build/setup/run-command.mjs';
import { canInstallNode, installNode, otherMajors } from './node-versions.mjs';

/** What needs a container engine. */
const CONTAINER_TESTS = 'test/ops/container';

/** What a Redis in a container could change: how it starts, is lost, frozen and restarted behind a published port. */
const REDIS_IN_A_CONTAINER = [
  'test/integration/cli/check-redis.test.ts',
  'test/integration/cli/serve-outage.test.ts',
  'test/integration/cli/serve-start.test.ts',
  'test/integration/gateway/outage.test.ts',
  'test/integration/http/outage.test.ts',
  'test/integration/http/redeem.test.ts',
  'test/integration/http/redis-down.test.ts',
  'test/integration/http/revoke.test.ts',
];

/** What another Node could change: every unit, and the whole way through the package as npm installs it. */
const ON_OTHER_NODES = ['test/ops/package/end-to-end.test.ts', 'test/unit'];

/** Files start in this order: those that wait longest first, so that no core is idle at the end. */
const EVERYTHING_ELSE = ['chaos', 'load', 'ops', 'integration', 'properties', 'unit'].map((folder) => `test/${folder}`);

export const GROUPS = ['process', 'container', 'nodes'];

/**
 * The runs to make, one after another, and what cannot run here, with the reason. `prepare` resolves with the Node
 * executable; `specs` are what mocha looks through.
 */
export async function chooseRuns(root, only) {
  const chosen = { runs: [], leftOut: [] };
  if (wanted('process')) chosen.runs.push(processRun());
  if (wanted('container')) await addContainerRun(chosen, root);
  if (wanted('nodes')) addNodeRuns(chosen, root);
  return chosen;

  function wanted(group) {
    return only === undefined || only === group;
  }
}

function processRun() {
  const specs = [...EVERYTHING_ELSE, '--ignore', `${CONTAINER_TESTS}/**`];
  return { name: 'all tests', redis: 'process', specs, prepare: async () => process.execPath };
}

async function addContainerRun({ runs, leftOut }, root) {
  if (!(await succeeds('docker', ['info']))) {
    leftOut.push('the image, Compose and Redis in a container: no container engine answers "docker info"');
    return;
  }
  runs.push({
    name: 'containers',
    redis: 'container',
    specs: [CONTAINER_TESTS, ...REDIS_IN_A_CONTAINER],
    env: { TEST_IMAGES: 'built' },
    prepare: async () => {
      await buildImages(root);
      return process.execPath;
    },
  });
}

/** Once, before the tests that use them run side by side. */
async function buildImages(root) {
  const script = `${CONTAINER_TESTS}/support/build-images.ts`;
  await mustRun(process.execPath, ['--import', 'tsx', script], { cwd: root });
}

function addNodeRuns({ runs, leftOut }, root) {
  if (!canInstallNode) {
    leftOut.push(`Node ${otherMajors.join(' and ')}: installed on Linux x64 only`);
    return;
  }
  for (const major of otherMajors) {
    runs.push({
      name: `Node ${major}`,
      redis: 'process',
      specs: ON_OTHER_NODES,
      prepare: () => installNode(root, major),
    });
  }
}

export function versionOf(node) {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
}
