import { expect } from 'chai';
import { type FailedStart, failToStart } from '../../support/failed-start.ts';
import { bulk, fakeRedis } from '../../support/fake-redis.ts';
import { freePort } from '../../support/free-port.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis } from '../../support/redis.ts';
import { closeServers, silentServer } from '../../support/tcp-server.ts';
import { endAll, STACK_TRACE, serve } from '../../support/ticketd.ts';

const BUDGET_MS = 1500;

const PASSWORD = 'wrong-horse-9';

/** Starts in production where that must fail. */
const failToStartWith = (redisUrl: string, env: Record<string, string> = {}) =>
  failToStart({
    NODE_ENV: 'production',
    JWT_SECRET: SECRET,
    REDIS_URL: redisUrl,
    REDIS_STARTUP_TIMEOUT_MS: String(BUDGET_MS),
    ...env,
  });

const expectFailedClosed = ({ service, code, everOpen }: FailedStart, errorCode: string) => {
  expect(code).to.equal(1);
  expect(everOpen, 'the port was open').to.equal(false);
  expect(service.events).not.to.include('server_listening');
  const [failed] = service.lines.filter(({ event }) => event === 'phase_timeout' || event === 'phase_fail');
  expect(failed).to.include({ phase: 'redis', timeoutMs: BUDGET_MS });
  expect(service.linesOf('redis_connect_fail').map((line) => line.errorCode)).to.deep.equal([errorCode]);
  expect(service.linesOf('redis_connect_fatal').map((line) => line.errorCode)).to.deep.equal([errorCode]);
  expect(service.linesOf('redis_connect_fatal')[0]?.level).to.equal('fatal');
  expect(service.stderr).to.match(/^ticketd: phase "redis" did not finish within 1500 ms: Redis at [^\n]+; [^\n]+\n$/);
  expect(service.output).not.to.contain(PASSWORD);
  expect(service.output).not.to.match(STACK_TRACE);
};

describe('serve in production when Redis is unusable', () => {
  afterEach(async () => {
    await endAll();
    await closeServers();
  });

  it('exits 1 with ECONNREFUSED when nothing listens', async () => {
    expectFailedClosed(await failToStartWith(`redis://:${PASSWORD}@127.0.0.1:${await freePort()}`), 'ECONNREFUSED');
  });

  it('exits 1 with WRONGPASS when the password is wrong', async () => {
    const redis = await startRedis({ password: 'right-horse-7' });
    expectFailedClosed(await failToStartWith(`redis://:${PASSWORD}@127.0.0.1:${redis.port}`), 'WRONGPASS');
    await redis.stop();
  });

  it('exits 1 with NOAUTH when a password is missing', async () => {
    const redis = await startRedis({ password: 'right-horse-7' });
    expectFailedClosed(await failToStartWith(`redis://127.0.0.1:${redis.port}`), 'NOAUTH');
    await redis.stop();
  });

  it('exits 1 with ENOTFOUND when the host does not exist', async () => {
    const { service, code, everOpen } = await failToStartWith(`redis://:${PASSWORD}@no-such-host.invalid`);
    expect(code).to.equal(1);
    expect(everOpen).to.equal(false);
    const [fatal] = service.linesOf('redis_connect_fatal');
    // EAI_AGAIN is what a machine without any name server says.
    expect(fatal?.errorCode).to.be.oneOf(['ENOTFOUND', 'EAI_AGAIN']);
    expect(fatal?.error).to.contain('no-such-host.invalid');
    expect(service.output).not.to.contain(PASSWORD);
  });

  it('exits 1 with READONLY when Redis is a replica', async () => {
    const redis = await startRedis();
    await redis.cli('REPLICAOF', '127.0.0.1', '1');
    const { service, code } = await failToStartWith(redis.url);
    expect(code).to.equal(1);
    expect(service.linesOf('redis_connect_fatal')[0]?.errorCode).to.be.oneOf(['READONLY', 'MASTERDOWN']);
    await redis.stop();
  });

  it('exits 1 with ETIMEDOUT when the server accepts and never answers', async () => {
    const server = await silentServer();
    expectFailedClosed(await failToStartWith(`redis://:${PASSWORD}@127.0.0.1:${server.port}`), 'ETIMEDOUT');
  });

  it('exits 1 with ETIMEDOUT when Redis hangs', async () => {
    const redis = await startRedis();
    await redis.pause();
    expectFailedClosed(await failToStartWith(redis.url), 'ETIMEDOUT');
    await redis.stop();
  });

  it('exits 1 with the reason "loading" when Redis is still loading its data', async () => {
    const loading = await fakeRedis((command) =>
      command === 'INFO'
        ? bulk('redis_version:7.0.15\r\nloading:1\r\nloading_eta_seconds:60\r\n')
        : '-LOADING Redis is loading the dataset in memory\r\n',
    );
    const { service, code, everOpen } = await failToStartWith(`redis://127.0.0.1:${loading.port}`);
    expect(code).to.equal(1);
    expect(everOpen).to.equal(false);
    expect(service.linesOf('redis_connect_fatal')[0]?.error).to.match(/loading/i);
  });

  it('reports the cause of a failed start on standard error, in one line', async () => {
    const { service } = await failToStartWith(`redis://127.0.0.1:${await freePort()}`);
    expect(service.stderr).to.match(/^ticketd: .*ECONNREFUSED.*\n$/);
  });

  it('starts in degraded mode when REDIS_FAIL_CLOSED is false', async () => {
    const redisUrl = `redis://127.0.0.1:${await freePort()}`;
    const env = { NODE_ENV: 'production', REDIS_FAIL_CLOSED: 'false', REDIS_STARTUP_TIMEOUT_MS: '300' };
    const service = serve({ ...env, JWT_SECRET: SECRET, REDIS_URL: redisUrl });
    await service.url();
    expect(service.events).to.include('redis_connect_degraded');
    expect(service.events).not.to.include('redis_connect_fatal');
  });
});
