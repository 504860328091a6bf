import { expect } from 'chai';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { rejectionOf } from '../support/rejection.ts';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';
import { openMonitor } from './support/monitor.ts';
import { record } from './support/table.ts';
import { type OpenStore, openStore } from './support/ticket-store.ts';

const TTL_MS = 60_000;
const KEY = 'ticketd:t2:digest';
const WITHIN_MS = 200;

describe('Redis store take() when the connection breaks', () => {
  let redis: TestRedis;
  let proxy: FaultProxy;
  let store: OpenStore;

  beforeEach(async () => {
    redis = await startRedis();
    proxy = await startFaultProxy(redis);
    store = await openStore(proxy.url);
    await store.put('digest', 'payload', TTL_MS);
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
    await redis.stop();
  });

  const failedTake = async (name: string, number: number) => {
    const monitor = await openMonitor(redis);
    const startedAt = performance.now();
    const error = await rejectionOf(store.take('digest'));
    const longestMs = performance.now() - startedAt;
    await store.untilReady();
    const times = monitor.commands('SET', KEY).length;
    monitor.close();
    record({
      case: number,
      fault: name,
      bound: `503 ≤ ${WITHIN_MS} ms`,
      limits: { longestMs: WITHIN_MS },
      longestMs,
      answers: `take done ${times} ×`,
    });
    expect(error).to.include({ name: 'OutcomeUnknown' });
    // The command did not wait for its timeout.
    expect(error.cause).to.include({ code: 'ECONNRESET' });
    expect(store.downs).to.equal(1);
    return times;
  };

  it('rejects with WS_TICKET_OUTCOME_UNKNOWN and is not sent again after Redis executed it (19)', async () => {
    proxy.loseNextReplyTo(KEY);
    expect(await failedTake('the reply to a take is lost', 19)).to.equal(1);
    expect(await store.take('digest')).to.deep.equal({ state: 'used' });
  });

  it('rejects with WS_TICKET_OUTCOME_UNKNOWN and leaves the ticket live before Redis received it (20)', async () => {
    proxy.resetBefore(KEY);
    expect(await failedTake('reset before a take is forwarded', 20)).to.equal(0);
    expect(await store.take('digest')).to.deep.equal({ state: 'live', payload: 'payload' });
  });
});

describe('Redis store', () => {
  it('lets exactly one of 100 concurrent takes of a ticket succeed (33)', async () => {
    const redis = await startRedis();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(redis.url)));
    const winners: number[] = [];
    for (let round = 0; round < 50; round += 1) {
      await stores[0]?.put(`digest-${round}`, 'payload', TTL_MS);
      const takes = Array.from({ length: 100 }, (_, taker) => stores[taker % stores.length]?.take(`digest-${round}`));
      winners.push((await Promise.all(takes)).filter((taken) => taken?.state === 'live').length);
    }
    await Promise.all(stores.map((store) => store.close()));
    const most = Math.max(...winners);
    record({
      case: 33,
      fault: '100 concurrent takes over 4 connections, 50 times',
      bound: 'one winner',
      answers: `at most ${most}, at least ${Math.min(...winners)} winner`,
    });
    expect(winners).to.deep.equal(Array.from({ length: 50 }, () => 1));
  });

  it('reports tickets as unknown, without an error, after Redis lost its data (2)', async () => {
    const redis = await startRedis();
    const store = await openStore(redis.url);
    const digests = Array.from({ length: 20 }, (_, number) => `digest-${number}`);
    for (const digest of digests) await store.put(digest, 'payload', TTL_MS);
    await rejectionOf(redis.cli('SHUTDOWN', 'NOSAVE'));
    await redis.start();
    const healedAt = performance.now();
    await store.untilReady();
    const recoveredMs = performance.now() - healedAt;
    const taken = await Promise.all(digests.map((digest) => store.take(digest)));
    record({
      case: 2,
      fault: 'SHUTDOWN, empty restart',
      bound: 'no old ticket, no error',
      limits: { recoveredMs: 3000 },
      recoveredMs,
    });
    await store.close();
    expect(taken).to.deep.equal(digests.map(() => ({ state: 'unknown' })));
    expect(store.downs).to.equal(1);
  });
});
