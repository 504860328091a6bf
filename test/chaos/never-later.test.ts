import { expect } from 'chai';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { expectThrough } from './support/chaos-case.ts';
import { expectNoResend } from './support/expect-no-resend.ts';
import { CLOSED, NO_REPLY } from './support/expect-usual.ts';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';
import { type Monitor, openMonitor } from './support/monitor.ts';

describe('POST /ws-ticket during a Redis outage', () => {
  let redis: TestRedis;
  let proxy: FaultProxy;
  let monitor: Monitor;

  beforeEach(async () => {
    redis = await startRedis();
    proxy = await startFaultProxy(redis);
    monitor = await openMonitor(redis);
  });
  afterEach(async () => {
    monitor.close();
    await proxy.close();
    await redis.stop();
  });

  const written = () => monitor.commands('SET').map(([, key = '']) => key);

  it('never executes a refused request later when Redis refuses connections (21a)', async () => {
    const report = await expectThrough({
      case: '21a',
      name: 'connections reset and refused for 3 s, Redis watched by MONITOR',
      env: { REDIS_URL: proxy.url },
      fault: async () => {
        await proxy.refuse();
        proxy.reset();
      },
      heal: proxy.accept,
      lastsMs: 3000,
      detectedBy: CLOSED,
      detectedWithinMs: 100,
    });
    expect(report.answers[503]).to.be.above(20);
    expectNoResend(report, written());
  });

  it('never executes a refused request later when the connection stalls (21b)', async () => {
    const report = await expectThrough({
      case: '21b',
      name: 'connections held for 4 s, Redis watched by MONITOR',
      env: { REDIS_URL: proxy.url },
      fault: () => proxy.hold(),
      heal: proxy.release,
      lastsMs: 4000,
      detectedBy: NO_REPLY,
      detectedWithinMs: 2000,
    });
    expect(report.answers[503]).to.be.above(20);
    expectNoResend(report, written());
  });
});
