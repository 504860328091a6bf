import { expect } from 'chai';
import { Redis } from 'ioredis';
import { isRequestError, type RequestErrorCode } from '../../../src/errors/request-error.ts';
import { singleOptions } from '../../../src/redis/options.ts';
import { createRedisStore } from '../../../src/redis/ticket-store.ts';
import type { TicketStore } from '../../../src/tickets/store.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { accessOf } from '../../support/redis-access.ts';
import { rejectionOf } from '../../support/rejection.ts';

const CODES = {
  notReady: 'WS_TICKET_REDIS_NOT_READY',
  unknown: 'WS_TICKET_OUTCOME_UNKNOWN',
} as const satisfies Record<string, RequestErrorCode>;

describe('the tickets in Redis', () => {
  let redis: TestRedis;
  let client: Redis | null;
  let open: Redis;
  let store: TicketStore;
  let faults: unknown[];
  let took: { readonly command: string; readonly ms: number }[];

  before(async () => {
    redis = await startRedis();
    open = new Redis(singleOptions(await accessOf({ REDIS_URL: redis.url })));
    await open.connect();
  });
  after(async () => {
    open.disconnect();
    await redis.stop();
  });
  beforeEach(async () => {
    await open.flushall();
    [client, faults, took] = [open, [], []];
    store = createRedisStore({
      connection: {
        start: async () => {},
        close: async () => {},
        isReady: () => client !== null,
        getClientOrNull: () => client,
        noteFault: (error) => faults.push(error),
      },
      keyPrefix: 'p:',
      commandTook: (command, ms) => took.push({ command, ms }),
    });
  });

  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    const error = await rejectionOf(work);
    return isRequestError(error) ? error.code : `no refusal: ${error}`;
  };

  /** A client on which every command fails with this error. */
  const failing = (error: Error): Redis => {
    const fail = () => Promise.reject(error);
    return { set: fail, get: fail, getdel: fail, mget: fail } as unknown as Redis;
  };

  it('are put below the prefix, to expire after their lifetime', async () => {
    await store.put('digest', 'payload', 5_000);
    expect(await open.get('p:t:digest')).to.equal('payload');
    expect(await open.pttl('p:t:digest')).to.be.within(1, 5_000);
  });

  it('are not put a second time: the first stays, and the second is refused', async () => {
    await store.put('digest', 'first', 5_000);
    expect(await codeOf(store.put('digest', 'second', 9_000))).to.equal(CODES.notReady);
    expect(await open.get('p:t:digest')).to.equal('first');
    expect(await open.pttl('p:t:digest')).to.be.at.most(5_000);
  });

  it('are live once, then used, and never known where they were not put', async () => {
    await store.put('digest', 'payload', 5_000);
    expect(await store.take('digest')).to.deep.equal({ state: 'live', payload: 'payload' });
    expect(await store.take('digest')).to.deep.equal({ state: 'used' });
    expect(await store.take('another')).to.deep.equal({ state: 'unknown' });
    expect(await open.keys('*')).to.deep.equal(['p:t:digest']);
  });

  it('expire when they would have, used or not', async () => {
    await store.put('digest', 'payload', 5_000);
    await store.take('digest');
    expect(await open.pttl('p:t:digest')).to.be.within(1, 5_000);
  });

  it('are gone once forgotten, also one that is not there', async () => {
    await store.put('digest', 'payload', 5_000);
    await store.forget('digest');
    await store.forget('digest');
    expect(await store.take('digest')).to.deep.equal({ state: 'unknown' });
  });

  it('are counted for each holder', async () => {
    await store.count('a', 5_000);
    expect(await store.count('a', 5_000)).to.have.property('count', 2);
    expect(await store.count('b', 5_000)).to.have.property('count', 1);
    expect(await open.get('p:n:a')).to.equal('2');
  });

  it('have the time of each command measured, of one that fails as well', async () => {
    await store.put('digest', 'payload', 5_000);
    await store.take('digest');
    await store.forget('digest');
    await store.count('a', 5_000);
    client = failing(new Error('READONLY'));
    await rejectionOf(store.take('digest'));
    const commands = ['put', 'take', 'forget', 'count', 'take'];
    expect(took.map(({ command }) => command)).to.deep.equal(commands);
    for (const { ms } of took) expect(ms).to.be.within(0, 30_000);
  });

  it('are refused while Redis is not ready, without a command and without a fault', async () => {
    expect(store.isReady()).to.equal(true);
    client = null;
    expect(store.isReady()).to.equal(false);
    const work = [store.put('d', 'p', 1), store.take('d'), store.forget('d'), store.count('a', 1)];
    expect(await Promise.all(work.map(codeOf))).to.deep.equal(work.map(() => CODES.notReady));
    expect(faults).to.deep.equal([]);
    expect(took).to.deep.equal([]);
  });

  it('are refused with the cause when a command fails, and the connection hears of it', async () => {
    const readonly = new Error('READONLY it is a replica');
    client = failing(readonly);
    const error = await rejectionOf(store.put('digest', 'payload', 5_000));
    expect(error).to.include({ code: CODES.notReady, cause: readonly });
    expect(faults).to.deep.equal([readonly]);
  });

  it('are of unknown state where the command that takes one may have been done', async () => {
    client = failing(new Error('Command timed out'));
    const error = await rejectionOf(store.take('digest'));
    expect(error).to.include({ code: CODES.unknown });
    expect(error.cause).to.include({ code: 'ETIMEDOUT' });
    expect(await codeOf(store.put('digest', 'payload', 5_000)), 'of another command').to.equal(CODES.notReady);
    client = failing(new Error("Stream isn't writeable and enableOfflineQueue options is false"));
    expect(await codeOf(store.take('digest')), 'never sent').to.equal(CODES.notReady);
  });
});
