import { expect } from 'chai';
import request from 'supertest';
import { type ClusterSetup, startCluster } from '../support/cluster.ts';
import type { RedisNode } from '../support/redis-node.ts';
import { keyOf, requestTicket } from '../support/request-ticket.ts';
import { withService } from '../support/service.ts';
import { isTicketKey } from '../support/ticket-keys.ts';
import { expectThrough } from './support/chaos-case.ts';
import { type MonitorAll, monitorAll } from './support/monitor-all.ts';
import type { Report } from './support/observe.ts';
import { storeOf } from './support/store-of.ts';
import { record } from './support/table.ts';

const NODE_TIMEOUT_MS = 2000;
// A replica waits for the node time-out, another for the vote, and then it has to be noticed.
const BACK_WITHIN_MS = NODE_TIMEOUT_MS + 4000;
const TICKETS = 600;
const TTL_MS = 60_000;

describe('a Redis Cluster', function () {
  this.timeout(60_000);
  let cluster: ClusterSetup;
  let monitor: MonitorAll | undefined;
  const begin = async (replicas: 0 | 1): Promise<RedisNode> => {
    cluster = await startCluster({ replicas, nodeTimeoutMs: NODE_TIMEOUT_MS });
    return cluster.nodes[0] as RedisNode;
  };
  afterEach(async () => {
    monitor?.close();
    await cluster.remove();
  });

  /** No write was done twice, and none that was refused once the outage was known was done at all. */
  const expectNoResend = ({ requests, downAt = 0 }: Report): void => {
    const times = [...(monitor?.timesByKey('SET') ?? [])].filter(([key]) => isTicketKey(key));
    expect(times.filter(([, count]) => count > 1)).to.deep.equal([]);
    const got = new Set(requests.flatMap(({ ticket }) => (ticket === undefined ? [] : [keyOf(ticket)])));
    const inTheDark = requests.filter(({ status, sentAt }) => status === 503 && sentAt < downAt).length;
    expect(times.filter(([key]) => !got.has(key)).length).to.be.at.most(inTheDark);
  };

  for (const [letter, name] of [
    ['a', 'SIGKILL'],
    ['b', 'SIGSTOP'],
  ] as const)
    it(`is not ready within 2 s of the ${name} of a master, and is back by its replica (32${letter})`, async () => {
      const master = await begin(1);
      monitor = await monitorAll(cluster.nodes);
      const report = await expectThrough({
        case: `32${letter}`,
        name: `Cluster (node time-out ${NODE_TIMEOUT_MS} ms): ${name} of a master`,
        env: cluster.env,
        fault: name === 'SIGKILL' ? master.stop : master.pause,
        detectedWithinMs: 2000,
        recoveredWithinMs: BACK_WITHIN_MS,
      });
      expectNoResend(report);
    });

  for (const [letter, name, fault, heal] of [
    ['c', 'SIGKILL', 'stop', 'start'],
    ['d', 'SIGSTOP', 'pause', 'resume'],
  ] as const)
    it(`without replicas is not ready until the master is back from its ${name} (32${letter})`, async () => {
      const master = await begin(0);
      monitor = await monitorAll(cluster.nodes);
      const report = await expectThrough({
        case: `32${letter}`,
        name: `Cluster without replicas: ${name} of a master for 5 s`,
        env: cluster.env,
        fault: master[fault],
        heal: async () => {
          await master[heal]();
          await cluster.untilHealthy();
        },
        lastsMs: 5000,
        detectedWithinMs: 2000,
      });
      expectNoResend(report);
    });

  it('stays ready where a replica dies (32e)', async () => {
    await begin(1);
    const masters = await cluster.masters();
    const replica = cluster.nodes.find((node) => !masters.includes(node)) as RedisNode;
    const { answers } = await expectThrough({
      case: '32e',
      name: 'Cluster: SIGKILL of a replica for 3 s',
      env: cluster.env,
      fault: replica.stop,
      heal: replica.start,
      lastsMs: 3000,
      detectedWithinMs: 'never',
    });
    expect(answers).to.have.all.keys('200');
  });

  it('keeps tickets on every master, and each is taken once (32f)', async () => {
    await begin(0);
    const store = await storeOf(cluster.env);
    const digests = Array.from({ length: TICKETS }, (_, number) => `digest-${number}`);
    await Promise.all(digests.map((digest) => store.put(digest, digest, TTL_MS)));
    const sizes = await Promise.all(cluster.nodes.map(async (node) => Number(await node.cli('DBSIZE'))));
    const taken = await Promise.all(digests.map((digest) => store.take(digest)));
    const again = await Promise.all(digests.map((digest) => store.take(digest)));
    await store.close();
    record({
      case: '32f',
      fault: 'Cluster in good order',
      bound: 'tickets on every master',
      answers: `${TICKETS} put (${sizes.join(', ')} keys), ${taken.filter(({ state }) => state === 'live').length} taken once`,
    });
    expect(Math.min(...sizes)).to.be.above(TICKETS / 6);
    expect(taken).to.deep.equal(digests.map((payload) => ({ state: 'live', payload })));
    expect(again).to.deep.equal(digests.map(() => ({ state: 'used' })));
  });

  it('makes no service ready that takes one of its nodes for a single Redis', async () => {
    await begin(0);
    for (const { port } of cluster.nodes)
      await withService(
        { REDIS_URL: `redis://127.0.0.1:${port}`, REDIS_STARTUP_TIMEOUT_MS: '800' },
        async (service) => {
          expect(service.eventsOf('redis_connect_degraded').map(({ errorCode }) => errorCode)).to.deep.equal(['MOVED']);
          expect((await request(service.url).get('/ready')).status).to.equal(503);
          expect((await requestTicket(service)).status).to.equal(503);
        },
      );
  });
});
