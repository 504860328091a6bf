import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The resources of this process at one moment. */
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

const SAMPLES = 4;
const APART_MS = 300;

/**
 * What is held at rest: the least of several samples over more than two heartbeats, since one that is under way holds
 * timers and promises of its own. What has leaked is in every sample. `listenedTo` are the emitters whose listeners count.
 */
export const resourcesHeld = async (listenedTo: readonly EventEmitter[]): Promise<Resources> => {
  const open: Open[] = [];
  const memory: Memory[] = [];
  while (open.length < SAMPLES) {
    // It costs far more than all else.
    if (open.length % 2 === 0) memory.push(await memoryNow());
    open.push(openNow(listenedTo));
    await delay(APART_MS);
  }
  return { ...leastOf(open), ...leastOf(memory) };
};

type Memory = Pick<Resources, 'promises' | 'heapMb'>;
type Open = Omit<Resources, keyof Memory>;

const leastOf = <Sample extends { readonly [Name in keyof Sample]: number }>(samples: readonly Sample[]): Sample =>
  samples.reduce((least, sample) => {
    const names = Object.keys(least) as (keyof Sample)[];
    return Object.fromEntries(names.map((name) => [name, Math.min(least[name], sample[name])])) as Sample;
  });

const openNow = (listenedTo: readonly EventEmitter[]): Open => {
  const active = process.getActiveResourcesInfo();
  const count = (name: string) => active.filter((resource) => resource === name).length;
  return {
    sockets: count('TCPSocketWrap'),
    timers: count('Timeout'),
    listeners: listenedTo.reduce((sum, emitter) => sum + listenersOf(emitter), 0),
  };
};

const memoryNow = async (): Promise<Memory> => {
  for (let round = 0; round < 2; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  return {
    promises: queryObjects(Promise, { format: 'count' }),
    heapMb: process.memoryUsage().heapUsed / 2 ** 20,
  };
};

const listenersOf = (emitter: EventEmitter): number =>
  emitter.eventNames().reduce((sum, event) => sum + emitter.listenerCount(event), 0);
