import type { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
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

const SAMPLES = 4;
const APART_MS = 300;

/**
 * What is held at rest: the least of several samples over more than two heartbeats, since one that is under way holds
 * timers and promises of its own. What has leaked is in every sample. `listenedTo` are the emitters whose listeners count.
 */
export const resourcesHeld = async (listenedTo: readonly EventEmitter[]): Promise<Resources> => {
  let least = await sample(listenedTo);
  for (let taken = 1; taken < SAMPLES; taken += 1) {
    await delay(APART_MS);
    least = leastOf(least, await sample(listenedTo));
  }
  return least;
};

const leastOf = (one: Resources, other: Resources): Resources => ({
  sockets: Math.min(one.sockets, other.sockets),
  timers: Math.min(one.timers, other.timers),
  promises: Math.min(one.promises, other.promises),
  listeners: Math.min(one.listeners, other.listeners),
  heapMb: Math.min(one.heapMb, other.heapMb),
});

const sample = async (listenedTo: readonly EventEmitter[]): Promise<Resources> => {
  for (let round = 0; round < 2; round += 1) {
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
