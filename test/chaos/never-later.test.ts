import { expect } from 'chai';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { keyOf } from '../support/request-ticket.ts';
import { isTicketKey } from '../support/ticket-keys.ts';
import { expectThrough } from './support/chaos-case.ts';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.ts';
import { type Monitor, openMonitor } from './support/monitor.ts';
import type { Report } from './support/observe.ts';

describe('a request during an outage', () => {
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

  /** How many tickets Redis was given that nobody got. */
  const keptInVain = ({ requests }: Report): number => {
    const got = new Set(requests.flatMap(({ ticket }) => (ticket === undefined ? [] : [keyOf(ticket)])));
    const kept = monitor.commands('SET').map(([, key = '']) => key);
    return kept.filter((key) => isTicketKey(key) && !got.has(key)).length;
  };

  /** Those refused that were sent before the outage was known: nobody can tell what became of them. */
  const refusedInTheDark = ({ requests, downAt = 0 }: Report): number =>
    requests.filter(({ status, sentAt }) => status === 503 && sentAt < downAt).length;

  it('is never done later, where connections are refused (21a)', async () => {
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
      detectedWithinMs: 100,
    });
    expect(report.answers[503]).to.be.above(50);
    expect(keptInVain(report)).to.be.at.most(refusedInTheDark(report));
  });

  it('is never done later, where nothing comes through (21b)', async () => {
    const report = await expectThrough({
      case: '21b',
      name: 'connections held for 4 s, Redis watched by MONITOR',
      env: { REDIS_URL: proxy.url },
      fault: () => proxy.hold(),
      heal: proxy.release,
      lastsMs: 4000,
      detectedWithinMs: 2000,
    });
    expect(report.answers[503]).to.be.above(50);
    expect(keptInVain(report)).to.be.at.most(refusedInTheDark(report));
  });
});
