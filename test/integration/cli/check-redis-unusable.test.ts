import { expect } from 'chai';
import { bulk, fakeRedis } from '../../support/fake-redis.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { answering, closeServers } from '../../support/tcp-server.ts';
import { endAll, STACK_TRACE, ticketd } from '../../support/ticketd.ts';

const PASSWORD = 'wrong-horse-9';

/** Runs the check for people and for machines; both are to say that this Redis cannot be used, and neither the password. */
const expectUnusable = async (url: string, errorCode: string): Promise<void> => {
  const cli = ticketd(['check-redis'], { REDIS_URL: url });
  expect((await cli.exit).code).to.equal(2);
  expect(cli.stdout).to.equal('');
  expect(cli.stderr).to.match(/^unusable: redis:\/\/[^ ]+: .+; .+\n/);
  const json = ticketd(['check-redis', '--json'], { REDIS_URL: url });
  expect((await json.exit).code).to.equal(2);
  const { ok, problem } = JSON.parse(json.stdout);
  expect(ok).to.equal(false);
  expect(problem).to.include({ verdict: 'unusable', errorCode });
  expect(problem.remedy).to.be.a('string').that.has.length.above(10);
  expect(cli.output + json.output).not.to.contain(PASSWORD);
  expect(cli.output + json.output).not.to.match(STACK_TRACE);
};

describe('check-redis with a Redis that cannot be used', () => {
  let redis: TestRedis;
  afterEach(async () => {
    await endAll();
    await closeServers();
    await redis?.stop();
  });

  const at = () => `redis://127.0.0.1:${redis.port}`;

  it('exits 2 with the cause and a remedy when the password is wrong (WRONGPASS)', async () => {
    redis = await startRedis({ password: 'right-horse-7' });
    await expectUnusable(`redis://:${PASSWORD}@127.0.0.1:${redis.port}`, 'WRONGPASS');
  });

  it('exits 2 with the cause and a remedy when a password is missing (NOAUTH)', async () => {
    redis = await startRedis({ password: 'right-horse-7' });
    await expectUnusable(at(), 'NOAUTH');
  });

  it('exits 2 with the cause and a remedy when the user may not write (NOPERM)', async () => {
    redis = await startRedis();
    await redis.cli('ACL', 'SETUSER', 'reader', 'on', `>${PASSWORD}`, '~*', '+ping', '+info', '+get');
    await expectUnusable(`redis://reader:${PASSWORD}@127.0.0.1:${redis.port}`, 'NOPERM');
  });

  it('exits 2 with the cause and a remedy when Redis is a replica (READONLY)', async () => {
    redis = await startRedis();
    await redis.cli('REPLICAOF', '127.0.0.1', '1');
    await expectUnusable(at(), 'READONLY');
  });

  it('exits 2 with the cause and a remedy when the memory of Redis is full (OOM)', async () => {
    redis = await startRedis();
    await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
    await expectUnusable(at(), 'OOM');
  });

  it('exits 2 with the cause and a remedy when too few replicas are in sync (NOREPLICAS)', async () => {
    redis = await startRedis();
    await redis.cli('CONFIG', 'SET', 'min-replicas-to-write', '1');
    await expectUnusable(at(), 'NOREPLICAS');
  });

  it('exits 2 with the cause and a remedy when Redis cannot save to disk (MISCONF)', async () => {
    const { port } = await fakeRedis((command) =>
      command === 'INFO'
        ? bulk('redis_version:7.0.15\r\nrole:master\r\n')
        : '-MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.\r\n',
    );
    await expectUnusable(`redis://127.0.0.1:${port}`, 'MISCONF');
  });

  it('exits 2 with the cause and a remedy when Redis is loading its data (LOADING)', async () => {
    const { port } = await fakeRedis(() => '-LOADING Redis is loading the dataset in memory\r\n');
    await expectUnusable(`redis://127.0.0.1:${port}`, 'LOADING');
  });

  it('exits 2 with the cause and a remedy when Redis is older than 6.2', async () => {
    const { port } = await fakeRedis((command) => {
      if (command === 'INFO') return bulk('redis_version:5.0.0\r\nrole:master\r\n');
      return command === 'PING' ? '+PONG\r\n' : '+OK\r\n';
    });
    await expectUnusable(`redis://127.0.0.1:${port}`, 'TOO_OLD');
  });

  it('exits 2 with the cause and a remedy when the server is a web server', async () => {
    const { port } = await answering('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    await expectUnusable(`redis://127.0.0.1:${port}`, 'NOT_REDIS');
  });

  it('exits 2 with the cause and a remedy when a RESP server answers PING without PONG', async () => {
    const { port } = await fakeRedis(() => '+HELLO\r\n');
    await expectUnusable(`redis://127.0.0.1:${port}`, 'NOT_REDIS');
  });
});
