import { expect } from 'chai';
import { Cluster } from 'ioredis';
import { createClient, type RedisClient } from '../../../src/redis/client.ts';
import { renewCredentials } from '../../../src/redis/credentials.ts';
import { accessOf } from '../../support/redis-access.ts';

type Options = Readonly<Record<string, unknown>>;

const optionsOf = (client: RedisClient): readonly Options[] => {
  if (!(client instanceof Cluster)) return [client.options, Reflect.get(client, 'connector').options] as never;
  return [client.options.redisOptions, Reflect.get(client, 'connectionPool').redisOptions] as never;
};

describe('renewed credentials of Redis', () => {
  const topologies = {
    'a single server': {},
    Sentinels: { REDIS_SENTINEL_MASTER: 'main', REDIS_SENTINEL_PASSWORD: 'sentinel' },
    'a cluster': { REDIS_CLUSTER: 'true' },
  };
  for (const [topology, env] of Object.entries(topologies))
    it(`are in all options from which a client of ${topology} connects, and the old ones in none`, async () => {
      const client = createClient(await accessOf({ ...env, REDIS_URL: 'redis://old:old-password@host:6379' }));
      const sentinel = 'REDIS_SENTINEL_PASSWORD' in env ? { REDIS_SENTINEL_PASSWORD: 'new-sentinel' } : {};
      renewCredentials(client, await accessOf({ ...env, ...sentinel, REDIS_URL: 'redis://:new-password@host:6379' }));
      for (const options of optionsOf(client)) {
        expect(options).to.include({ username: undefined, password: 'new-password' });
        if ('REDIS_SENTINEL_PASSWORD' in env) expect(options).to.include({ sentinelPassword: 'new-sentinel' });
      }
      client.disconnect();
    });
});
