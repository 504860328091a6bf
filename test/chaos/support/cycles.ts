import { expect } from 'chai';
import { createRedisConnection, type RedisConnection } from '../../../src/redis/connection.ts';
import { createRedisStore } from '../../../src/redis/ticket-store.ts';
import type { TicketStore } from '../../../src/tickets/store.ts';
import { accessOf } from '../../support/redis-access.ts';
import type { RedisNode } from '../../support/redis-node.ts';
import { until } from '../../support/until.ts';
import { type Resources, resourcesHeld } from './resources.ts';
import { record } from './table.ts';

/** Outages one after another, of which each is followed by a ticket that is put and taken. */
export interface Cycles {
  /** For the table. */
  readonly case: string;
  readonly fault: string;
  readonly env: Readonly<Record<string, string>>;
  /** Breaks what the service is connected to; it may return while that is still broken. */
  readonly breakOff: (cycle: number) => Promise<unknown>;
}

export const CYCLES = 20;
// They fill caches that are filled only once.
const WARM_UP = 3;
// Fewer than CYCLES, each of which leaves at least one behind if any does.
const PROMISES = 15;
const HEAP_MB = 1;
const TTL_MS = 60_000;
const DETECTED_WITHIN_MS = 1000;

interface Subject {
  readonly store: TicketStore;
  /** How often readiness was lost so far. */
  downs(): number;
  resources(): Promise<Resources>;
  readonly close: RedisConnection['close'];
}

const connectTo = async (env: Cycles['env']): Promise<Subject> => {
  const access = await accessOf(env);
  let downs = 0;
  const connection = createRedisConnection({
    ...access,
    emit: (event) => {
      if (event === 'redis_down') downs += 1;
    },
  });
  await connection.start(AbortSignal.timeout(8000));
  return {
    store: createRedisStore({ connection, keyPrefix: access.redis.keyPrefix }),
    downs: () => downs,
    resources: () => {
      const client = connection.getClientOrNull();
      if (client === null) throw new Error('it is not ready');
      return resourcesHeld([client, process]);
    },
    close: connection.close,
  };
};

/** Repeats the fault until it was detected: between two heartbeats a cluster can be back before it was missed. */
const untilDown = async (subject: Subject, fault: () => Promise<unknown>): Promise<void> => {
  const before = subject.downs();
  const detected = async (): Promise<boolean> => {
    await fault();
    return until('an outage', () => subject.downs() > before, DETECTED_WITHIN_MS).catch(() => false);
  };
  await until('an outage that was detected', detected);
};

const cycle = async (subject: Subject, number: number, breakOff: Cycles['breakOff']): Promise<void> => {
  await untilDown(subject, () => breakOff(number));
  await until(`the end of cycle ${number}`, subject.store.isReady);
  await subject.store.put(`digest-${number}`, 'payload', TTL_MS);
  expect(await subject.store.take(`digest-${number}`)).to.deep.equal({ state: 'live', payload: 'payload' });
};

/** Runs the cycles, and compares the resources of the process before and after. */
export const expectNoGrowth = async ({ case: number, fault, env, breakOff }: Cycles): Promise<void> => {
  const subject = await connectTo(env);
  for (let n = 0; n < WARM_UP; n += 1) await cycle(subject, n, breakOff);
  const before = await subject.resources();
  const startedAt = performance.now();
  for (let n = WARM_UP; n < WARM_UP + CYCLES; n += 1) await cycle(subject, n, breakOff);
  const recoveredMs = (performance.now() - startedAt) / CYCLES;
  const after = await subject.resources();
  await subject.close();
  record({ case: number, fault, bound: 'no growth', recoveredMs, answers: changesOf(before, after) });
  expect(after.sockets, 'sockets').to.be.at.most(before.sockets);
  expect(after.timers, 'timers').to.be.at.most(before.timers + 1);
  expect(after.listeners, 'listeners').to.be.at.most(before.listeners);
  expect(after.promises, 'promises').to.be.at.most(before.promises + PROMISES);
  expect(after.heapMb - before.heapMb, 'heap in MB').to.be.at.most(HEAP_MB);
};

const changesOf = (before: Resources, after: Resources): string => {
  const change = (of: keyof Resources) => `${of} ${before[of].toFixed()} → ${after[of].toFixed()}`;
  const heap = `heap ${before.heapMb.toFixed(1)} → ${after.heapMb.toFixed(1)} MB`;
  return [...(['sockets', 'timers', 'listeners', 'promises'] as const).map(change), heap].join(', ');
};

export const killClients = (node: RedisNode): Promise<string> =>
  node.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
