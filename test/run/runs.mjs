import { execFileSync } from 'node:child_process';
import { succeeds } from '../../ops/setup/run-command.mjs';
import { canInstallNode, installNode, otherMajors } from './node-versions.mjs';

/** What needs a container engine. */
const CONTAINER_TESTS = 'test/ops/container';

/**
 * The runs to make, one after another, and what cannot run here, with the reason. `prepare` resolves with the Node
 * executable; `specs` are what mocha looks through, everything under test/ where there are none.
 */
export async function chooseRuns(root, only) {
  const chosen = { runs: [], leftOut: [] };
  if (wanted('process')) chosen.runs.push(processRun());
  if (wanted('container')) await addContainerRuns(chosen);
  if (wanted('nodes')) addNodeRuns(chosen, root);
  return chosen;

  function wanted(group) {
    return only === undefined || only === group;
  }
}

export const GROUPS = ['process', 'container', 'nodes'];

function processRun() {
  const specs = ['--ignore', `${CONTAINER_TESTS}/**`];
  return { name: 'all tests', redis: 'process', specs, prepare: async () => process.execPath };
}

async function addContainerRuns({ runs, leftOut }) {
  if (!(await succeeds('docker', ['info']))) {
    leftOut.push('the image and Compose, and Redis from a container: no container engine answers "docker info"');
    return;
  }
  const prepare = async () => process.execPath;
  runs.push({ name: 'integration', redis: 'container', specs: ['test/integration'], prepare });
  runs.push({ name: 'image', redis: 'container', specs: [CONTAINER_TESTS], prepare });
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
      specs: ['test/unit', 'test/integration'],
      prepare: () => installNode(root, major),
    });
  }
}

export function versionOf(node) {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
}
