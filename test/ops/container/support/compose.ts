import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tryDocker } from './docker.ts';

const FILE = fileURLToPath(new URL('../../../../ops/try/compose.yml', import.meta.url));

export type Compose = (...args: readonly string[]) => Promise<string>;

/** Compose for ops/try/compose.yml, as plugin or as program; rejects with its output. */
export const composeWith = async (env: Readonly<Record<string, string>>): Promise<Compose> => {
  const isPlugin = (await tryDocker(['compose', 'version'])).code === 0;
  const [command, ...first] = isPlugin ? ['docker', 'compose'] : ['docker-compose'];
  const project = ['--project-name', `ticketd-test-${process.pid}`, '--file', FILE];
  return async (...args) => {
    const options = { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env }, timeout: 90_000 };
    const { stdout } = await promisify(execFile)(command as string, [...first, ...project, ...args], options);
    return stdout.trim();
  };
};
