import { expect } from 'chai';
import { Cluster, Redis } from 'ioredis';
import { createClient, type RedisClient } from '../../../src/redis/client.ts';
import { topologyOf } from '../../../src/redis/options.ts';
import { bulk, fakeRedis } from '../../support/fake-redis.ts';
import { freePort } from '../../support/free-port.ts';
import { turns } from '../../support/frozen-time.ts';
import { accessOf } from '../../support/redis-access.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { tcpServer } from '../../support/tcp-server.ts';
import { until } from '../../support/until.ts';

const SENTINEL = { REDIS_SENTINEL_MASTER: 'main' };
const CLUSTER = { REDIS_CLUSTER: 'true' };

describe('Redis client', () => {
  const clients: RedisClient[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  const clientFor = async (env: Readonly<Record<string, string>>, once = false) => {
    const client = createClient(await accessOf(env), { once });
    // Without a listener ioredis prints the error, with which connect() rejects anyway.
    client.on('error', () => {});
    clients.push(client);
    return client;
  };

  it('is a single connection for one server', async () => {
    const env = { REDIS_URL: 'redis://host:6380/3' };
    const client = await clientFor(env);
    expect(client).to.be.instanceOf(Redis);
    expect(client.options).to.include({ host: 'host', port: 6380, db: 3 });
    expect(client.options).to.include({ sentinels: null });
    expect(topologyOf(await accessOf(env))).to.equal('single');
  });

  it('asks the Sentinels for the master when REDIS_SENTINEL_MASTER is set', async () => {
    const env = { REDIS_URL: 'redis://a:1,b:2', ...SENTINEL };
    const client = await clientFor(env);
    expect(client).to.be.instanceOf(Redis);
    expect(client.options).to.deep.include({
      name: 'main',
      sentinels: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    });
    expect(topologyOf(await accessOf(env))).to.equal('sentinel');
  });

  it('is a cluster client when REDIS_CLUSTER is true, with one seed node or several', async () => {
    for (const url of ['redis://a', 'redis://a:1,b:2']) {
      const env = { REDIS_URL: url, ...CLUSTER };
      expect(await clientFor(env)).to.be.instanceOf(Cluster);
      expect(topologyOf(await accessOf(env))).to.equal('cluster');
    }
  });

  it('does not wait for a loading server with { once: true }', async () => {
    const asked: string[] = [];
    const server = await fakeRedis((command) => {
      asked.push(command);
      return command === 'INFO' ? bulk('loading:1\r\n') : '+OK\r\n';
    });
    const client = await clientFor({ REDIS_URL: `redis://127.0.0.1:${server.port}` }, true);
    await client.connect();
    expect(client.status).to.equal('ready');
    expect(asked).to.not.include('INFO');
    await server.close();
  });

  for (const [topology, more] of Object.entries({ single: {}, sentinel: SENTINEL, cluster: CLUSTER })) {
    it(`does not connect before connect() (${topology})`, async () => {
      const server = await tcpServer();
      const client = await clientFor({ REDIS_URL: `redis://127.0.0.1:${server.port}`, ...more });
      await turns(20);
      expect(client.status).to.equal('wait');
      expect(server.accepted).to.equal(0);
      const connected = client.connect().catch(() => {});
      await until('it connects', () => server.accepted > 0);
      client.disconnect();
      await server.close();
      await connected;
    });

    it(`keeps retrying when nothing listens (${topology})`, async () => {
      const client = await clientFor({ REDIS_URL: `redis://127.0.0.1:${await freePort()}`, ...more });
      let errors = 0;
      client.on('error', () => {
        errors += 1;
      });
      client.connect().catch(() => {});
      await until('the third failure', () => errors >= 3);
      expect(client.status).to.not.equal('end');
    });

    it(`tries once with { once: true } (${topology})`, async () => {
      const client = await clientFor({ REDIS_URL: `redis://127.0.0.1:${await freePort()}`, ...more }, true);
      let attempts = 0;
      client.on('connecting', () => {
        attempts += 1;
      });
      expect(await rejectionOf(client.connect())).to.be.instanceOf(Error);
      await until('it has ended', () => client.status === 'end');
      expect(attempts).to.equal(1);
    });
  }
});
