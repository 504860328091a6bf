import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../support/free-port.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { expectThrough } from './support/chaos-case.ts';
import { startFaultProxy } from './support/fault-proxy.ts';

const QUIET = { quiet: true };

describe('a Redis that answers and refuses to write', () => {
  let redis: TestRedis;

  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.stop());

  const set = (name: string, value: string) => () => redis.cli('CONFIG', 'SET', name, value);

  it('since it became a replica is told within 600 ms, without a storm of connections (7)', async () => {
    const proxy = await startFaultProxy(redis);
    const nobody = String(await freePort());
    try {
      const lastsMs = 5000;
      await expectThrough({
        case: 7,
        name: 'REPLICAOF for 5 s (READONLY)',
        env: { REDIS_URL: proxy.url },
        fault: () => redis.cli('REPLICAOF', '127.0.0.1', nobody),
        heal: () => redis.cli('REPLICAOF', 'NO', 'ONE'),
        lastsMs,
        detectedWithinMs: 600,
      });
      expect(proxy.accepted - 1, 'reconnects').to.be.within(1, 1 + lastsMs / 2000);
    } finally {
      await proxy.close();
    }
  });

  it('since its memory is full is told within 600 ms (8)', async () => {
    await expectThrough({
      case: 8,
      name: 'maxmemory reached (OOM)',
      env: { REDIS_URL: redis.url },
      options: QUIET,
      fault: set('maxmemory', '1'),
      heal: set('maxmemory', '0'),
      lastsMs: 2000,
      detectedWithinMs: 600,
    });
  });

  it('since it could not save is told within 600 ms (9)', async () => {
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
      lastsMs: 2000,
      detectedWithinMs: 600,
    });
  });

  it('since it lacks replicas is told within 600 ms (10)', async () => {
    await expectThrough({
      case: 10,
      name: 'min-replicas-to-write not met (NOREPLICAS)',
      env: { REDIS_URL: redis.url },
      options: QUIET,
      fault: set('min-replicas-to-write', '1'),
      heal: set('min-replicas-to-write', '0'),
      lastsMs: 2000,
      detectedWithinMs: 600,
    });
  });
});
