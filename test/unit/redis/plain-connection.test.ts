import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { createSandbox } from 'sinon';
import { createClient, type RedisClient } from '../../../src/redis/client.ts';
import { bulk, fakeRedis } from '../../support/fake-redis.ts';
import { accessOf } from '../../support/redis-access.ts';
import { closeServers } from '../../support/tcp-server.ts';
import { until } from '../../support/until.ts';

const METHODS = ['log', 'info', 'warn', 'error'] as const;

describe('Redis connection and the console', () => {
  const sandbox = createSandbox();
  const clients: RedisClient[] = [];
  let printed: string[];
  beforeEach(() => {
    printed = [];
    for (const method of METHODS)
      sandbox.stub(console, method).callsFake((...args) => void printed.push(args.join(' ')));
  });
  afterEach(async () => {
    sandbox.restore();
    for (const client of clients.splice(0)) client.disconnect();
    await closeServers();
  });

  /** Connects as the caller would who listens to nothing. */
  const connectTo = async (port: number, env: Readonly<Record<string, string>> = {}): Promise<RedisClient> => {
    const client = createClient(await accessOf({ REDIS_URL: `redis://u:secret@127.0.0.1:${port}`, ...env }));
    clients.push(client);
    client.connect().catch(() => {});
    return client;
  };

  it('survives a second error of its stream, of which ioredis listens to the first alone', async () => {
    const { port } = await fakeRedis(() => '+OK\r\n');
    const client = createClient(await accessOf({ REDIS_URL: `redis://127.0.0.1:${port}` })) as Redis;
    clients.push(client);
    await client.connect();
    const { stream } = client;
    for (const message of ['reset', 'alert decode error']) stream.emit('error', new Error(message));
    expect(stream.listenerCount('error')).to.be.above(0);
  });

  for (const reply of [
    'ERR Client sent AUTH, but no password is set',
    'ERR AUTH <password> called without any password configured for the default user. Are you sure?',
  ])
    it(`prints nothing and is usable when the reply to AUTH is "${reply}"`, async () => {
      const { port } = await fakeRedis((command) => (command === 'AUTH' ? `-${reply}\r\n` : '+OK\r\n'));
      const client = await connectTo(port);
      await until('ready', () => client.status === 'ready');
      expect(printed).to.deep.equal([]);
    });

  it('prints nothing and fails with a cause when Redis knows no users', async () => {
    const { port } = await fakeRedis((command) =>
      command === 'AUTH' ? "-ERR wrong number of arguments for 'auth' command\r\n" : '+OK\r\n',
    );
    const errors: string[] = [];
    (await connectTo(port)).on('error', ({ code }) => errors.push(code));
    await until('an error', () => errors.includes('NO_USERS'));
    expect(printed).to.deep.equal([]);
  });

  it('prints nothing when Redis refuses every command', async () => {
    const server = await fakeRedis(() => '-NOPERM not allowed\r\n');
    await connectTo(server.port);
    await until('three attempts', () => server.accepted >= 3);
    expect(printed).to.deep.equal([]);
  });

  for (const [topology, event, env] of [
    ['single', 'reconnecting', {}],
    ['sentinel', 'sentinelError', { REDIS_SENTINEL_MASTER: 'main' }],
    ['cluster', 'reconnecting', { REDIS_CLUSTER: 'true' }],
  ] as const)
    it(`prints nothing when each connection is refused (${topology})`, async () => {
      const client = await connectTo(1, env);
      let failures = 0;
      client.on(event, () => {
        failures += 1;
      });
      await until('three failures', () => failures >= 3);
      expect(printed).to.deep.equal([]);
    });

  it('prints nothing when Sentinels close the connections that wait for a failover', async () => {
    const redis = await fakeRedis(() => '+OK\r\n');
    const sentinel = await fakeRedis((command) => {
      if (command === 'SENTINEL') return `*2\r\n${bulk('127.0.0.1')}${bulk(String(redis.port))}`;
      return command === 'SUBSCRIBE' ? '-NOPERM not allowed\r\n' : '+OK\r\n';
    });
    const client = await connectTo(sentinel.port, { REDIS_SENTINEL_MASTER: 'main' });
    await until('ready', () => client.status === 'ready');
    await until('the connection for failovers', () => sentinel.accepted >= 2);
    const { port } = sentinel;
    await sentinel.close();
    const again = await fakeRedis(() => '-ERR max number of clients reached\r\n', port);
    await until('it is tried again', () => again.accepted >= 1);
    expect(printed).to.deep.equal([]);
  });
});
