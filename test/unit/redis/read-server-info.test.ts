import { expect } from 'chai';
import { Redis } from 'ioredis';
import { singleOptions } from '../../../src/redis/options.ts';
import { readServerInfo } from '../../../src/redis/server-info.ts';
import { bulk, fakeRedis } from '../../support/fake-redis.ts';
import { startRedis } from '../../support/redis.ts';
import { accessOf } from '../../support/redis-access.ts';
import { rejectionOf } from '../../support/rejection.ts';

describe('Redis server inspection', () => {
  const clients: Redis[] = [];
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  const connectTo = async (url: string): Promise<Redis> => {
    const options = singleOptions(await accessOf({ REDIS_URL: url }));
    const client = new Redis({ ...options, retryStrategy: () => null });
    client.on('error', () => {});
    clients.push(client);
    await client.connect();
    return client;
  };

  it('returns version, role and settings', async () => {
    const redis = await startRedis({ args: ['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru'] });
    const found = await readServerInfo(await connectTo(redis.url));
    expect(found?.version).to.match(/^\d+\.\d+\.\d+$/);
    expect(found).to.deep.include({ maxMemoryBytes: 64 * 1024 * 1024, needsReplicas: false, snapshots: '' });
    expect(found?.settings).to.deep.equal({
      version: found?.version,
      role: 'master',
      evictionPolicy: 'allkeys-lru',
      appendOnly: false,
    });
  });

  it('returns snapshots, appendonly, and whether a write needs replicas', async () => {
    const redis = await startRedis({
      args: ['--save', '3600 1', '--appendonly', 'yes', '--min-replicas-to-write', '1'],
    });
    const found = await readServerInfo(await connectTo(redis.url));
    expect(found).to.include({ snapshots: '3600 1', needsReplicas: true });
    expect(found?.settings).to.include({ appendOnly: true });
  });

  it('omits what the user has no permission for', async () => {
    const redis = await startRedis();
    await redis.cli('ACL', 'SETUSER', 'no-config', 'on', '>p', '~*', '+@all', '-config');
    await redis.cli('ACL', 'SETUSER', 'no-info', 'on', '>p', '~*', '+@all', '-info');
    await redis.cli('CONFIG', 'SET', 'save', '60 1');
    const as = (user: string) => connectTo(redis.url.replace('://', `://${user}:p@`));
    expect(await readServerInfo(await as('no-config'))).to.include({ snapshots: '' });
    expect(await readServerInfo(await as('no-info'))).to.equal(undefined);
  });

  it('succeeds without CONFIG, which managed servers do not support', async () => {
    const server = await fakeRedis((command) => {
      if (command === 'INFO') return bulk('redis_version:7.1.0\r\n');
      return command === 'CONFIG' ? '-ERR unknown command\r\n' : '+OK\r\n';
    });
    expect(await readServerInfo(await connectTo(`redis://127.0.0.1:${server.port}`))).to.include({
      version: '7.1.0',
      snapshots: '',
    });
    await server.close();
  });

  for (const reply of ['BUSY a script runs', "ERR unknown command 'INFO'", 'unsupported command'])
    it(`returns nothing when the reply is "${reply}"`, async () => {
      const server = await fakeRedis((command) => (command === 'INFO' ? `-${reply}\r\n` : '+OK\r\n'));
      expect(await readServerInfo(await connectTo(`redis://127.0.0.1:${server.port}`))).to.equal(undefined);
      await server.close();
    });

  it('fails when the connection is lost', async () => {
    const server = await fakeRedis(() => '');
    const client = await connectTo(`redis://127.0.0.1:${server.port}`);
    const failed = rejectionOf(readServerInfo(client));
    await server.close();
    expect(await failed).to.be.instanceOf(Error);
  });
});
