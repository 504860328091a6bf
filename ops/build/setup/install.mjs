import { statSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './run-command.mjs';

/** Installs the npm dependencies, unless the installed ones are at least as new as package-lock.json. */
export async function installDependencies(root) {
  if (isInstalled(root)) return;
  console.log('npm dependencies: installing');
  // With NODE_ENV=production npm would skip the development dependencies, which build and tests need.
  await mustRun('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-audit'], { cwd: root });
}

function isInstalled(root) {
  // npm writes this file last, so an interrupted installation does not count.
  const installed = modifiedAt(join(root, 'node_modules', '.package-lock.json'));
  const locked = modifiedAt(join(root, 'package-lock.json'));
  return installed !== undefined && locked !== undefined && installed >= locked;
}

function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
