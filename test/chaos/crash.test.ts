import { expect } from 'chai';
import { startRedis } from '../support/redis.ts';
import { rejectionOf } from '../support/rejection.ts';
import { until } from '../support/until.ts';
import { openAdmin } from './support/admin.ts';
import { expectThrough } from './support/chaos-case.ts';
import { CLOSED } from './support/expect-usual.ts';

describe('Redis connection when Redis crashes', () => {
  it('is reported down within 100 ms of the close and recovers after the restart (1)', async () => {
    const redis = await startRedis({ password: 'chaos-secret' });
    await expectThrough({
      case: 1,
      name: 'SIGKILL, restarted after 2 s',
      env: { REDIS_URL: redis.url },
      fault: redis.stop,
      heal: redis.start,
      lastsMs: 2000,
      detectedBy: CLOSED,
      detectedWithinMs: 100,
    });
  });

  it('recovers only after the restarted Redis has loaded its data (11)', async () => {
    // 1,500 keys at 2 ms each; it handles events after every kilobyte that it loads.
    const loading = ['--key-load-delay', '2000', '--loading-process-events-interval-bytes', '1024'];
    const redis = await startRedis({ args: [...loading, '--rdbcompression', 'no'] });
    const admin = await openAdmin(redis);
    for (let number = 0; number < 1500; number += 1) await admin.do('SET', `key-${number}`, 'x'.repeat(40));
    await admin.do('SAVE');
    admin.close();
    let loaded: Promise<void> | undefined;
    const { answers } = await expectThrough({
      case: 11,
      name: 'SIGKILL, 3 s of loading (LOADING)',
      env: { REDIS_URL: redis.url },
      fault: async () => {
        await redis.stop();
        loaded = redis.start();
        await until('Redis says that it loads', async () =>
          (await rejectionOf(redis.cli('PING'))).message.startsWith('LOADING'),
        );
      },
      heal: () => loaded,
      detectedBy: CLOSED,
      detectedWithinMs: 100,
      recoveredWithinMs: 1500,
    });
    expect(answers[503], 'requests refused while it loads').to.be.above(20);
  });
});
