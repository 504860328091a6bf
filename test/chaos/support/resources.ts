import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds at a moment. */
export interface Resources {
  readonly sockets: number;
  readonly timers: number;
  readonly promises: number;
  readonly heapMb: number;
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

export const resourcesHeld = async (countPromises: () => number): Promise<Resources> => {
  for (let round = 0; round < 3; round += 1) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const active = process.getActiveResourcesInfo();
  const count = (...names: readonly string[]) => active.filter((name) => names.includes(name)).length;
  return {
    sockets: count('TCPSocketWrap', 'TCPWRAP', 'TCPConnectWrap'),
    timers: count('Timeout'),
    promises: countPromises(),
    heapMb: process.memoryUsage().heapUsed / 2 ** 20,
  };
};
