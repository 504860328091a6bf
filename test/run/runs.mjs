import { execFileSync } from 'node:child_process';
import { succeeds } from '../../ops/setup/run-command.mjs';
import { canInstallNode, installNode, otherMajors } from './node-versions.mjs';

/**
 * The runs to make, one after another. `prepare` resolves with the Node executable; `specs` are what mocha looks
 * through, everything under test/ where there are none.
 */
export async function chooseRuns(root, only) {
  const runs = [];
  if (wanted('process')) runs.push(processRun());
  if (wanted('container')) runs.push(...(await containerRuns()));
  if (wanted('nodes')) runs.push(...nodeRuns(root));
  return runs;

  function wanted(group) {
    return only === undefined || only === group;
  }
}

export const GROUPS = ['process', 'container', 'nodes'];

function processRun() {
  return { name: 'all tests', redis: 'process', specs: [], prepare: async () => process.execPath };
}

async function containerRuns() {
  if (!(await succeeds('docker', ['info']))) {
    console.log('No container engine answers (docker info): the tests run on a redis-server process only.');
    return [];
  }
  const specs = ['test/integration'];
  return [{ name: 'integration', redis: 'container', specs, prepare: async () => process.execPath }];
}

function nodeRuns(root) {
  if (!canInstallNode) {
    console.log(`Node ${otherMajors.join(' and ')} are tested on Linux x64 only: not here.`);
    return [];
  }
  return otherMajors.map((major) => ({
    name: `Node ${major}`,
    redis: 'process',
    specs: ['test/unit', 'test/integration'],
    prepare: () => installNode(root, major),
  }));
}

export function versionOf(node) {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
}
