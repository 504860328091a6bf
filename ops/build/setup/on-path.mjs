import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether PATH has an executable of this name. */
export function onPath(command) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .some((directory) => isExecutable(join(directory, command)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
