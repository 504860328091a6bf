import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import { rssMbOf } from './process-cost.ts';

const STEADY_FOR_MS = 1000;
const STEADY_WITHIN = 0.01;

/** Resident memory of a process that has nothing to do, in MB, once it has been the same for a second. */
export const idleRssMb = async (pid: number): Promise<number> => {
  let last = Number.NaN;
  await until(`process ${pid} to be at rest`, async () => {
    const before = rssMbOf(pid);
    await delay(STEADY_FOR_MS);
    last = rssMbOf(pid);
    return Math.abs(last - before) <= before * STEADY_WITHIN;
  });
  return last;
};

/** The same of the least server there can be. */
export const bareServerRssMb = async (): Promise<number> => {
  const code = "require('node:http').createServer().listen(0, '127.0.0.1', () => console.log('listens'))";
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  const rssMb = await idleRssMb(child.pid ?? 0);
  child.kill();
  await exit;
  return rssMb;
};
