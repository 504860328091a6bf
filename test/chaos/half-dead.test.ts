import { expect } from 'chai';
import { startRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectThrough } from './support/chaos-case.ts';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';

describe('a network that forgets its flows', () => {
  let proxy: FaultProxy;
  beforeEach(async () => {
    proxy = await startFaultProxy(await startRedis());
  });
  afterEach(() => proxy.close());

  it('and swallows all bytes for 3 s has one connection replaced (35a)', async () => {
    await expectThrough({
      case: '35a',
      name: 'all bytes swallowed for 3 s, later ones passed on',
      env: { REDIS_URL: proxy.url },
      fault: proxy.swallow,
      heal: proxy.passAgain,
      lastsMs: 3000,
      detectedWithinMs: 2000,
    });
  });

  it('and swallows the handshake of a new connection has that one given up within its time limit (35b)', async () => {
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
      detectedWithinMs: 200,
    });
    expect(proxy.accepted, 'the first connection, the silent one, and the one after it').to.equal(3);
    expect(proxy.ended, 'connections that ticketd ended').to.be.at.least(1);
  });
});
