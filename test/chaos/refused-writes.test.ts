import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../support/free-port.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectThrough } from './support/chaos-case.ts';
import { startFaultProxy } from './support/fault-proxy.ts';

const QUIET = { quiet: true };
const RECONNECT_AT_MOST_EVERY_MS = 2000;

describe('Redis connection when Redis replies but refuses writes', () => {
  let redis: TestRedis;

  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.stop());

  const set = (name: string, value: string) => () => redis.cli('CONFIG', 'SET', name, value);

  it('makes ticketd not ready when Redis became a replica, with at most one reconnect every 2 s (7)', async () => {
    const proxy = await startFaultProxy(redis);
    const unusedPort = String(await freePort());
    try {
      let from = Number.NaN;
      let to = Number.NaN;
      await expectThrough({
        case: 7,
        name: 'REPLICAOF for 5 s (READONLY)',
        env: { REDIS_URL: proxy.url },
        fault: async () => {
          from = performance.now();
          await redis.cli('REPLICAOF', '127.0.0.1', unusedPort);
        },
        heal: async () => {
          await redis.cli('REPLICAOF', 'NO', 'ONE');
          to = performance.now();
        },
        lastsMs: 5000,
        detectedBy: /^READONLY$/,
        detectedWithinMs: 600,
      });
      expect(proxy.forTickets - 1, 'reconnects').to.be.within(
        1,
        1 + Math.ceil((to - from) / RECONNECT_AT_MOST_EVERY_MS),
      );
    } finally {
      await proxy.close();
    }
  });

  it('makes ticketd not ready when Redis memory is full (8)', async () => {
    await expectThrough({
      case: 8,
      name: 'maxmemory reached (OOM)',
      env: { REDIS_URL: redis.url },
      options: QUIET,
      fault: set('maxmemory', '1'),
      heal: set('maxmemory', '0'),
      lastsMs: 1000,
      detectedBy: /^OOM$/,
      detectedWithinMs: 600,
    });
  });

  it('makes ticketd not ready when Redis could not save to disk (9)', async () => {
    const [, directory = ''] = (await redis.cli('CONFIG', 'GET', 'dir')).split('\n');
    const inTheWay = join(directory, 'dump.rdb');
    const save = async (outcome: string) => {
      await redis.cli('BGSAVE');
      await until(`saving: ${outcome}`, async () => {
        const info = await redis.cli('INFO', 'persistence');
        return info.includes('rdb_bgsave_in_progress:0') && info.includes(`rdb_last_bgsave_status:${outcome}`);
      });
    };
    await mkdir(inTheWay);
    await save('err');
    await expectThrough({
      case: 9,
      name: 'the last save failed (MISCONF)',
      env: { REDIS_URL: redis.url },
      options: QUIET,
      fault: set('save', '3600 1'),
      heal: async () => {
        await rmdir(inTheWay);
        await save('ok');
      },
      lastsMs: 1000,
      detectedBy: /^MISCONF$/,
      detectedWithinMs: 600,
    });
  });

  it('makes ticketd not ready when Redis lacks replicas (10)', async () => {
    await expectThrough({
      case: 10,
      name: 'min-replicas-to-write not met (NOREPLICAS)',
      env: { REDIS_URL: redis.url },
      options: QUIET,
      fault: set('min-replicas-to-write', '1'),
      heal: set('min-replicas-to-write', '0'),
      lastsMs: 1000,
      detectedBy: /^NOREPLICAS$/,
      detectedWithinMs: 600,
    });
  });
});
