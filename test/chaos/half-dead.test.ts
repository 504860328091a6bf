import { expect } from 'chai';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectThrough } from './support/chaos-case.ts';
import { CLOSED, NO_REPLY } from './support/expect-usual.ts';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';

describe('Redis connection when the network silently drops established flows', () => {
  let proxy: FaultProxy;
  beforeEach(async () => {
    proxy = await startFaultProxy(await startRedis());
  });
  afterEach(() => proxy.close());

  it('is replaced by one new connection when all bytes are lost for 3 s (35a)', async () => {
    await expectThrough({
      case: '35a',
      name: 'all bytes swallowed for 3 s, later ones passed on',
      env: { REDIS_URL: proxy.url },
      fault: proxy.swallow,
      heal: proxy.passAgain,
      lastsMs: 3000,
      detectedBy: NO_REPLY,
      detectedWithinMs: 2000,
    });
  });

  it('is replaced within the connect timeout when a new connection gets no reply to its handshake (35b)', async () => {
    await expectThrough({
      case: '35b',
      name: 'reset, and the next connection’s bytes swallowed',
      env: { REDIS_URL: proxy.url },
      fault: () => {
        proxy.swallow();
        proxy.reset();
      },
      heal: async () => {
        await until('the next handshake is swallowed', () => proxy.swallowedOf === 1);
        proxy.passAgain();
      },
      detectedBy: CLOSED,
      detectedWithinMs: 200,
    });
    expect(proxy.forTickets, 'the first connection, the silent one, and the one after it').to.equal(3);
    expect(proxy.ended, 'connections that ticketd ended').to.be.at.least(1);
  });
});
