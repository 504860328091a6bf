import { expect } from 'chai';
import { createRedisConnection, type RedisConnection } from '../../../src/redis/connection.ts';
import { recordEvents } from '../../support/emitted.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { accessOf } from '../../support/redis-access.ts';
import { until } from '../../support/until.ts';

describe('Redis heartbeat', () => {
  let redis: TestRedis;
  let connection: RedisConnection | undefined;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await connection?.close();
    await redis.stop();
  });

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<RedisConnection> => {
    const { emit } = recordEvents();
    connection = createRedisConnection({ ...(await accessOf({ REDIS_URL: redis.url, ...env })), emit });
    await connection.start(new AbortController().signal);
    return connection;
  };
  const callsOf = async (command: string): Promise<number> =>
    Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await redis.cli('INFO', 'commandstats'))?.[1] ?? 0);

  it('sends 32 commands with ten beats: 5 with the first, 3 with each other one', async () => {
    await start();
    await until('the eleventh beat', async () => (await callsOf('mget')) === 11);
    // The eleventh has sent all of its commands, too: they go out together.
    expect([await callsOf('set'), await callsOf('getdel'), await callsOf('mget')]).to.deep.equal([13, 13, 11]);
  });

  it('finds a hung Redis by the request that timed out, long before the next beat', async () => {
    const ready = await start({ REDIS_HEARTBEAT_MS: '30000', REDIS_COMMAND_TIMEOUT_MS: '200' });
    await redis.pause();
    const failed = await ready
      .getClientOrNull()
      ?.get('ticketd:x')
      .catch((error) => error);
    ready.reportError(failed);
    await until('not ready', () => !ready.isReady(), 10_000);
    await redis.resume();
    await until('ready again', () => ready.isReady(), 10_000);
  });

  it('finds a refused write by the request that it concerns, and recovers long before the next beat', async () => {
    const ready = await start({ REDIS_HEARTBEAT_MS: '30000' });
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
    ready.reportError(
      await ready
        .getClientOrNull()
        ?.set('ticketd:x', '1')
        .catch((error) => error),
    );
    expect(ready.isReady()).to.equal(false);
    await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
    await until('ready again', () => ready.isReady(), 10_000);
  });
});
