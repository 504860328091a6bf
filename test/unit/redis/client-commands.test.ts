import { expect } from 'chai';
import { createClient, type RedisClient } from '../../../src/redis/client.ts';
import { bulk, fakeRedis, type Replies } from '../../support/fake-redis.ts';
import { startRedis } from '../../support/redis.ts';
import { accessOf } from '../../support/redis-access.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { closeServers, silentServer, type TcpServer } from '../../support/tcp-server.ts';
import { until } from '../../support/until.ts';

const TOPOLOGIES = { single: {}, sentinel: { REDIS_SENTINEL_MASTER: 'main' }, cluster: { REDIS_CLUSTER: 'true' } };

describe('Redis client command', () => {
  const clients: RedisClient[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await closeServers();
  });

  const clientFor = async (env: Readonly<Record<string, string>>): Promise<RedisClient> => {
    const client = createClient(await accessOf(env));
    client.on('error', () => {});
    clients.push(client);
    return client;
  };

  for (const [topology, env] of Object.entries(TOPOLOGIES))
    it(`fails immediately when there is no connection (${topology})`, async () => {
      const client = await clientFor({ REDIS_URL: 'redis://127.0.0.1:1', ...env });
      const connected = client.connect().catch(() => {});
      expect((await rejectionOf(client.getdel('ticket'))).message).to.match(/^(Stream isn't writ|Cluster isn't ready)/);
      client.disconnect();
      await connected;
    });

  for (const [topology, env] of Object.entries({ single: {}, cluster: TOPOLOGIES.cluster }))
    describe(`when connected (${topology})`, () => {
      let server: TcpServer;
      let asked: string[];
      const connect = async (replies: Replies, more = {}): Promise<RedisClient> => {
        asked = [];
        server = await fakeRedis((command) => {
          asked.push(command);
          if (command === 'CLUSTER') return slotsAt(server.port);
          return command === 'INFO' ? bulk('') : replies(command);
        });
        const client = await clientFor({ REDIS_URL: `redis://127.0.0.1:${server.port}`, ...env, ...more });
        await client.connect();
        return client;
      };
      const timesAsked = (command: string) => asked.filter((one) => one === command).length;

      it('fails with the error reply of Redis, and keeps the connection', async () => {
        const client = await connect((command) => (command === 'SET' ? '-READONLY this is a replica\r\n' : '+OK\r\n'));
        const { accepted } = server;
        expect((await rejectionOf(client.set('key', '1'))).message).to.equal('READONLY this is a replica');
        expect(await client.get('key')).to.equal('OK');
        expect(server.accepted).to.equal(accepted);
        expect(timesAsked('SET')).to.equal(1);
      });

      it('fails with "Command timed out" after REDIS_COMMAND_TIMEOUT_MS', async () => {
        const client = await connect((command) => (command === 'GETDEL' ? '' : '+OK\r\n'), {
          REDIS_COMMAND_TIMEOUT_MS: '100',
        });
        expect((await rejectionOf(client.getdel('key'))).message).to.equal('Command timed out');
      });

      it('is not sent again when the connection is lost before its reply', async () => {
        const client = await connect((command) => (command === 'GETDEL' ? '' : '+OK\r\n'));
        const failed = rejectionOf(client.getdel('key'));
        await until('the command has arrived', () => timesAsked('GETDEL') === 1);
        const { accepted, port } = server;
        await server.close();
        expect(await failed).to.be.instanceOf(Error);
        server = await fakeRedis((command) => {
          asked.push(command);
          if (command === 'CLUSTER') return slotsAt(port);
          return command === 'INFO' ? bulk('') : '+OK\r\n';
        }, port);
        await until('a new connection', async () => (await client.get('key').catch(() => '')) === 'OK');
        expect(accepted).to.be.above(0);
        expect(timesAsked('GETDEL')).to.equal(1);
      });
    });

  it('runs as the user and in the database of REDIS_URL, and sends nothing else', async () => {
    const redis = await startRedis();
    await redis.cli('ACL', 'SETUSER', 'tickets', 'on', '>p@ss', '~*', '+@all');
    const client = await clientFor({ REDIS_URL: redis.url.replace('://', '://tickets:p%40ss@').concat('/3') });
    await client.connect();
    expect(await client.set('key', '1')).to.equal('OK');
    expect(await redis.cli('CLIENT', 'LIST')).to.match(/ name= .* db=3 .* user=tickets /);
    await redis.stop();
  });

  it('fails with "connect ETIMEDOUT" after REDIS_CONNECT_TIMEOUT_MS', async () => {
    const { port } = await silentServer();
    // With a silent server the TLS handshake never ends.
    const client = await clientFor({ REDIS_URL: `rediss://127.0.0.1:${port}`, REDIS_CONNECT_TIMEOUT_MS: '100' });
    const errors: string[] = [];
    client.on('error', (error) => errors.push(error.message));
    client.connect().catch(() => {});
    await until('the time-out', () => errors.includes('connect ETIMEDOUT'));
  });
});

/** The reply of CLUSTER SLOTS for all slots on one node. */
const slotsAt = (port: number): string =>
  `*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n${bulk('127.0.0.1')}:${port}\r\n${bulk('id')}`;
