import type { EventEmitter } from 'node:events';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What this process holds at a moment. */
export interface Resources {
  readonly sockets: number;
  readonly timers: number;
  /** Promises that something can still reach. */
  readonly promises: number;
  readonly listeners: number;
  readonly heapMb: number;
}

v8.setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
// Newer than the types.
const { queryObjects } = v8 as unknown as { queryObjects(of: unknown, options: { format: 'count' }): number };

/** Counts after a collection of garbage; `listenedTo` are the emitters whose listeners count. */
export const resourcesHeld = async (listenedTo: readonly EventEmitter[]): Promise<Resources> => {
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  const active = process.getActiveResourcesInfo();
  const count = (name: string) => active.filter((resource) => resource === name).length;
  return {
    sockets: count('TCPSocketWrap'),
    timers: count('Timeout'),
    promises: queryObjects(Promise, { format: 'count' }),
    listeners: listenedTo.reduce((sum, emitter) => sum + listenersOf(emitter), 0),
    heapMb: process.memoryUsage().heapUsed / 2 ** 20,
  };
};

const listenersOf = (emitter: EventEmitter): number =>
  emitter.eventNames().reduce((sum, event) => sum + emitter.listenerCount(event), 0);
