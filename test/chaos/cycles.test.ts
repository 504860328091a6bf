import { expect } from 'chai';
import { createRedisConnection, type RedisConnection } from '../../src/redis/connection.ts';
import { createRedisStore } from '../../src/redis/ticket-store.ts';
import type { TicketStore } from '../../src/tickets/store.ts';
import { startCluster } from '../support/cluster.ts';
import { accessOf } from '../support/redis-access.ts';
import { type RedisNode, startNode } from '../support/redis-node.ts';
import { startSentinelSetup } from '../support/sentinel.ts';
import { until } from '../support/until.ts';
import { type Resources, resourcesHeld } from './support/resources.ts';
import { record } from './support/table.ts';

const TTL_MS = 60_000;
const CYCLES = 200;
const FEWER_CYCLES = 30;
const HEAP_MB = 2;

interface Subject {
  readonly store: TicketStore;
  /** How often readiness was lost so far. */
  downs(): number;
  resources(): Promise<Resources>;
  readonly close: RedisConnection['close'];
}

const connectTo = async (env: Readonly<Record<string, string>>): Promise<Subject> => {
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

const NOTICED_WITHIN_MS = 1000;

/** Does it until it was noticed: between two heartbeats a cluster can be back before it was missed. */
const untilDown = async (subject: Subject, fault: () => Promise<unknown>): Promise<void> => {
  const before = subject.downs();
  const noticed = async (): Promise<boolean> => {
    await fault();
    return until('an outage', () => subject.downs() > before, NOTICED_WITHIN_MS).catch(() => false);
  };
  await until('an outage that was noticed', noticed);
};

/** Loses the connection again and again; after each time a ticket is to be put and taken. */
const cycle = async (subject: Subject, from: number, to: number, fault: (number: number) => Promise<unknown>) => {
  for (let number = from; number < to; number += 1) {
    await untilDown(subject, () => fault(number));
    await until(`the end of cycle ${number}`, subject.store.isReady);
    await subject.store.put(`digest-${number}`, 'payload', TTL_MS);
    expect(await subject.store.take(`digest-${number}`)).to.deep.equal({ state: 'live', payload: 'payload' });
  }
};

/** Goes through the cycles; the first tenth fills what is filled once, such as caches. */
const expectNoGrowth = async (
  about: { readonly case: string; readonly fault: string; readonly cycles: number },
  env: Readonly<Record<string, string>>,
  fault: (number: number) => Promise<unknown>,
): Promise<void> => {
  const subject = await connectTo(env);
  const warmUp = about.cycles / 10;
  await cycle(subject, 0, warmUp, fault);
  const before = await subject.resources();
  const startedAt = performance.now();
  await cycle(subject, warmUp, about.cycles, fault);
  const eachMs = (performance.now() - startedAt) / (about.cycles - warmUp);
  const after = await subject.resources();
  await subject.close();
  const change = (of: keyof Resources) => `${of} ${before[of].toFixed()} → ${after[of].toFixed()}`;
  record({
    case: about.case,
    fault: about.fault,
    bound: 'no growth',
    recoveredMs: eachMs,
    answers: `${change('sockets')}, ${change('timers')}, ${change('listeners')}, ${change('promises')}, heap ${before.heapMb.toFixed(1)} → ${after.heapMb.toFixed(1)} MB`,
  });
  expect(after.sockets, 'sockets').to.be.at.most(before.sockets);
  expect(after.timers, 'timers').to.be.at.most(before.timers + 1);
  expect(after.listeners, 'listeners').to.be.at.most(before.listeners);
  expect(after.promises, 'promises').to.be.at.most(before.promises + 10);
  expect(after.heapMb - before.heapMb, 'heap in MB').to.be.at.most(HEAP_MB);
};

const killClients = (node: RedisNode): Promise<string> => node.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');

describe('one outage after another', function () {
  this.timeout(120_000);

  it('leaves a single Redis usable, and nothing behind (34a)', async () => {
    const redis = await startNode();
    const fault = async (number: number) => {
      if (number % 4 !== 0) return killClients(redis);
      return redis.start();
    };
    const about = { case: '34a', fault: '200 × CLIENT KILL or SIGKILL and restart', cycles: CYCLES };
    await expectNoGrowth(about, { REDIS_URL: `redis://127.0.0.1:${redis.port}` }, fault);
    await redis.remove();
  });

  it('leaves Redis behind Sentinels usable, and nothing behind (34b)', async () => {
    const setup = await startSentinelSetup();
    const master = await setup.master();
    const about = { case: '34b', fault: `${FEWER_CYCLES} × CLIENT KILL, Sentinel`, cycles: FEWER_CYCLES };
    await expectNoGrowth(about, setup.env, () => killClients(master));
    await setup.remove();
  });

  it('leaves a Redis Cluster usable, and nothing behind (34c)', async () => {
    const cluster = await startCluster({ replicas: 0 });
    const about = { case: '34c', fault: `${FEWER_CYCLES} × CLIENT KILL on all nodes, Cluster`, cycles: FEWER_CYCLES };
    await expectNoGrowth(about, cluster.env, () => Promise.all(cluster.nodes.map(killClients)));
    await cluster.remove();
  });
});
