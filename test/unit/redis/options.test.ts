import { expect } from 'chai';
import type { ServerTarget } from '../../../src/config/redis-url.ts';
import { redisUrl } from '../../../src/config/redis-url.ts';
import { redisOptions, retryDelayMs } from '../../../src/redis/options.ts';
import { configOf } from '../../support/config.ts';

const optionsFor = async (url: string, env: Readonly<Record<string, string>> = {}) =>
  redisOptions(redisUrl(url) as ServerTarget, (await configOf(env)).redis);

describe('the options of the Redis client', () => {
  it('never queue a command, never send one twice and never reconnect for a reply', async () => {
    expect(await optionsFor('redis://host')).to.include({
      protocol: 2,
      lazyConnect: true,
      enableOfflineQueue: false,
      enableReadyCheck: true,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      reconnectOnError: null,
    });
  });

  it('bear the time limits that are configured', async () => {
    const env = { REDIS_CONNECT_TIMEOUT_MS: '700', REDIS_COMMAND_TIMEOUT_MS: '800' };
    expect(await optionsFor('redis://host', env)).to.include({ connectTimeout: 700, commandTimeout: 800 });
    expect(await optionsFor('redis://host')).to.include({ connectTimeout: 2000, commandTimeout: 2000 });
  });

  it('say where Redis is and who asks', async () => {
    const options = await optionsFor('redis://user:p%40ss@host:6380/3');
    expect(options).to.include({ host: 'host', port: 6380, db: 3, username: 'user', password: 'p@ss' });
    expect(await optionsFor('redis://host')).to.not.have.any.keys('username', 'password', 'tls');
  });

  it('ask for TLS by the name of the host, and by none where that is an address', async () => {
    expect(await optionsFor('REDISS://cache.internal')).to.deep.include({ tls: { servername: 'cache.internal' } });
    expect(await optionsFor('rediss://10.0.0.7')).to.deep.include({ tls: {} });
    expect(await optionsFor('rediss://[::1]')).to.deep.include({ tls: {} });
  });

  it('never give up on reconnecting', async () => {
    const { retryStrategy } = await optionsFor('redis://host');
    for (const attempt of [1, 10, 1_000, 1_000_000]) expect(retryStrategy(attempt)).to.be.within(50, 2_000);
  });
});

describe('the delay before the next connection', () => {
  it('doubles from 100 ms up to 2 s', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 100, 1e6].map((attempt) => retryDelayMs(attempt, () => 0));
    expect(longest).to.deep.equal([100, 200, 400, 800, 1600, 2000, 2000, 2000, 2000]);
  });

  it('has up to half of it taken off by chance', () => {
    const shortest = [1, 2, 3, 4, 5, 6, 100].map((attempt) => retryDelayMs(attempt, () => 1 - Number.EPSILON));
    expect(shortest).to.deep.equal([50, 100, 200, 400, 800, 1000, 1000]);
    expect(retryDelayMs(3, () => 0.5)).to.equal(300);
  });

  it('differs from one to the next, so that tasks do not march in step', () => {
    const delays = Array.from({ length: 200 }, () => retryDelayMs(8));
    expect(delays.every((ms) => ms >= 1000 && ms <= 2000)).to.equal(true);
    expect(new Set(delays).size).to.be.above(20);
  });
});
