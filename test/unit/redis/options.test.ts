import { expect } from 'chai';
import { clusterOptions, sentinelOptions, singleOptions } from '../../../src/redis/options.ts';
import { accessOf } from '../../support/redis-access.ts';

type Env = Readonly<Record<string, string>>;

/** What each kind of connection to a server with tickets is told. */
const KINDS = {
  'the one server': async (env: Env = {}) => singleOptions(await accessOf(env)),
  'the master behind Sentinels': async (env: Env = {}) =>
    sentinelOptions(await accessOf({ ...env, REDIS_SENTINEL_MASTER: 'main' }), 'main'),
  'a node of a cluster': async (env: Env = {}) =>
    clusterOptions(await accessOf({ ...env, REDIS_CLUSTER: 'true' })).redisOptions,
} as const;

for (const [kind, optionsFor] of Object.entries(KINDS))
  describe(`the options for ${kind}`, () => {
    it('never queue a command, never send one twice and never reconnect for a reply', async () => {
      expect(await optionsFor()).to.include({
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
      const env = { REDIS_CONNECT_TIMEOUT_MS: '300', REDIS_COMMAND_TIMEOUT_MS: '800' };
      expect(await optionsFor(env)).to.include({ connectTimeout: 300, commandTimeout: 800 });
    });

    it('bear user and password where there are any, and say who asks', async () => {
      const options = await optionsFor({ REDIS_URL: 'redis://user:p%40ss@host:6380' });
      expect(options).to.include({ username: 'user', password: 'p@ss', connectionName: 'ticketd' });
      expect(await optionsFor({ REDIS_URL: 'redis://host' })).to.not.have.any.keys('username', 'password', 'tls');
    });

    it('never give up on reconnecting', async () => {
      const { retryStrategy } = await optionsFor();
      for (const attempt of [1, 10, 1_000, 1_000_000]) expect(retryStrategy(attempt)).to.be.within(50, 2_000);
    });
  });

describe('the options of the Redis client for one server', () => {
  it('say where it is and which database', async () => {
    const options = singleOptions(await accessOf({ REDIS_URL: 'redis://host:6380/3' }));
    expect(options).to.include({ host: 'host', port: 6380, db: 3, connectTimeout: 2000, commandTimeout: 2000 });
    expect(options).to.not.have.any.keys('sentinels', 'name');
  });
});
