import { expect } from 'chai';
import request from 'supertest';
import { type ClusterSetup, startCluster } from '../support/cluster.ts';
import type { RedisNode } from '../support/redis-node.ts';
import { requestTicket } from '../support/request-ticket.ts';
import { withService } from '../support/service.ts';
import { expectThrough } from './support/chaos-case.ts';
import { storeOf } from './support/store-of.ts';
import { record } from './support/table.ts';

const TICKETS = 600;
const TTL_MS = 60_000;

describe('Redis connection to a Redis Cluster', function () {
  this.timeout(120_000);
  let cluster: ClusterSetup;
  const begin = async (replicas: 0 | 1): Promise<void> => {
    cluster = await startCluster({ replicas });
  };
  afterEach(() => cluster.remove());

  it('keeps ticketd ready when a replica dies (32e)', async () => {
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
      detectedBy: 'never',
    });
    expect(answers).to.have.all.keys('200');
  });

  it('stores tickets on every master, and each is taken exactly once (32f)', async () => {
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

  it('makes ticketd not ready when it is configured for a single Redis', async () => {
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
