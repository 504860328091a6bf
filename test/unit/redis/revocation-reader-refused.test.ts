import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createRevocationReader } from '../../../src/redis/revocation-reader.ts';
import { createRevocationStream } from '../../../src/redis/revocation-stream.ts';
import { fakeRedis } from '../../support/fake-redis.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';
import { accessOf } from '../../support/redis-access.ts';
import type { TcpServer } from '../../support/tcp-server.ts';

const STEP_MS = 50;
const FORBIDDEN_MS = 5000;

describe('revocation reader that Redis refuses', () => {
  let redis: TcpServer;
  let clock: SinonFakeTimers;
  let close: () => void;
  let asked: number;

  const start = async (reply: string) => {
    asked = 0;
    redis = await fakeRedis(() => {
      asked += 1;
      return `-${reply}\r\n`;
    });
    const access = await accessOf({ REDIS_URL: `redis://127.0.0.1:${redis.port}` });
    const listener = { onEntries: () => {}, onReset: () => {}, onDelayed: () => {} };
    clock = freezeTime();
    const reader = createRevocationReader({ access, stream: createRevocationStream('s'), listener, emit: () => {} });
    reader.start();
    close = reader.close;
  };
  afterEach(async () => {
    close();
    await redis.close();
    // The connection closes in the time that it began in.
    await turns(20);
    clock.restore();
  });

  /** How much time passes, while sockets are real, until the reader has asked so often. */
  const timeUntilAsked = async (count: number): Promise<number> => {
    const startedAt = performance.now();
    for (; asked < count; await turns(20)) await clock.tickAsync(STEP_MS);
    return performance.now() - startedAt;
  };

  for (const reply of [
    'LOADING Redis is loading the dataset in memory',
    'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
    'CLUSTERDOWN The cluster is down',
  ])
    it(`reads again shortly after ${reply.split(' ')[0]}`, async () => {
      await start(reply);
      expect(await timeUntilAsked(4)).to.be.below(FORBIDDEN_MS);
    });

  for (const reply of [
    "NOPERM this user has no permissions to run the 'xinfo' command",
    "ERR unknown command 'xinfo'",
    'WRONGTYPE Operation against a key holding the wrong kind of value',
  ])
    it(`reads again only after 5 s after ${reply.split(' ')[0]}`, async () => {
      await start(reply);
      expect(await timeUntilAsked(2)).to.be.at.least(FORBIDDEN_MS);
    });
});
