import type { Socket } from 'node:net';
import { expect } from 'chai';
import { Cluster, Redis, ReplyError } from 'ioredis';
import { clusterOptions, singleOptions } from '../../../src/redis/options.ts';
import { mayHaveRun, readableError } from '../../../src/redis/redis-errors.ts';
import { startRedis } from '../../support/redis.ts';
import { accessOf } from '../../support/redis-access.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { type TcpServer, tcpServer } from '../../support/tcp-server.ts';

/** Replies OK to every command except GETDEL, for which it calls `instead`. */
const onGetdel = (instead: (socket: Socket) => void) => (socket: Socket) =>
  void socket.on('data', (bytes) => (String(bytes).includes('getdel') ? instead(socket) : socket.write('+OK\r\n')));

describe('failed Redis command', () => {
  const clients: Redis[] = [];
  const servers: TcpServer[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  const clientFor = async (port: number, env: Readonly<Record<string, string>> = {}) => {
    const options = singleOptions(await accessOf({ REDIS_URL: `redis://127.0.0.1:${port}`, ...env }));
    const client = new Redis({ ...options, enableReadyCheck: false });
    client.on('error', () => {});
    clients.push(client);
    return client;
  };
  const serverThat = async (...parameters: Parameters<typeof tcpServer>) => {
    const server = await tcpServer(...parameters);
    servers.push(server);
    return server;
  };

  for (const message of [
    'READONLY You can not write',
    "NOPERM no permissions to run 'getdel'",
    'ERR unknown command',
    'MOVED 7 10.0.0.7:7001',
    'CLUSTERDOWN The cluster is down',
  ])
    it(`did not run when Redis replies ${message}`, () => {
      expect(mayHaveRun(new ReplyError(message))).to.equal(false);
    });

  it('did not run when a real Redis replies with an error', async () => {
    const redis = await startRedis();
    await redis.cli('SET', 'text', 'x');
    const client = await clientFor(redis.port);
    await client.connect();
    const error = await rejectionOf(client.hget('text', 'field'));
    expect(error.message).to.match(/^WRONGTYPE/);
    expect(mayHaveRun(error)).to.equal(false);
  });

  it('did not run when it was not sent because there was no connection', async () => {
    const client = await clientFor(1);
    const error = await rejectionOf(client.getdel('key'));
    expect(error.message).to.include('enableOfflineQueue');
    expect(readableError(error)).to.include({ code: 'ENOTCONN' });
    expect(mayHaveRun(error)).to.equal(false);
  });

  it('did not run when it was not sent because no cluster node was connected', async () => {
    const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], {
      ...clusterOptions(await accessOf({ REDIS_CLUSTER: 'true' })),
      clusterRetryStrategy: () => null,
    });
    cluster.on('error', () => {});
    const error = await rejectionOf(cluster.getdel('key'));
    cluster.disconnect();
    expect(error.message).to.include('enableOfflineQueue');
    expect(readableError(error)).to.include({ code: 'ENOTCONN' });
    expect(mayHaveRun(error)).to.equal(false);
  });

  it('may have run when the connection was lost before the reply', async () => {
    const { port } = await serverThat(onGetdel((socket) => socket.destroy()));
    const client = await clientFor(port);
    await client.connect();
    const error = await rejectionOf(client.getdel('key'));
    expect(error.name).to.equal('MaxRetriesPerRequestError');
    expect(readableError(error)).to.include({ code: 'ECONNRESET' });
    expect(mayHaveRun(error)).to.equal(true);
  });

  it('may have run when the reply timed out', async () => {
    const { port } = await serverThat(onGetdel(() => {}));
    const client = await clientFor(port, { REDIS_COMMAND_TIMEOUT_MS: '50' });
    await client.connect();
    const error = await rejectionOf(client.getdel('key'));
    expect(error.message).to.equal('Command timed out');
    expect(readableError(error)).to.include({ code: 'ETIMEDOUT' });
    expect(mayHaveRun(error)).to.equal(true);
  });

  it('may have run when the client disconnected before the reply', async () => {
    const { port } = await serverThat(onGetdel(() => clients[0]?.disconnect()));
    const client = await clientFor(port);
    await client.connect();
    const error = await rejectionOf(client.getdel('key'));
    expect(error.message).to.equal('Connection is closed.');
    expect(readableError(error)).to.include({ code: 'ECONNRESET' });
    expect(mayHaveRun(error)).to.equal(true);
  });

  it('may have run after any other error', () => {
    const aborted = Object.assign(new Error('Command aborted due to connection close'), { name: 'AbortError' });
    for (const error of [aborted, new Error('Connection is closed.'), new TypeError('x'), 'READONLY', undefined, null])
      expect(mayHaveRun(error), String(error)).to.equal(true);
  });
});
