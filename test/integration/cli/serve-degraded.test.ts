import { expect } from 'chai';
import { type Answer, ask, askTicket } from '../../support/ask.ts';
import { freePort } from '../../support/free-port.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis } from '../../support/redis.ts';
import { endAll, STACK_TRACE, serve } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const startWithoutRedis = async () => {
  const port = await freePort();
  const service = serve({
    NODE_ENV: 'development',
    JWT_SECRET: SECRET,
    REDIS_URL: `redis://127.0.0.1:${port}`,
    REDIS_STARTUP_TIMEOUT_MS: '400',
  });
  return { service, redisPort: port, url: await service.url() };
};

const expectRefused = ({ status, headers, body }: Answer) => {
  expect(status).to.equal(503);
  expect(headers['retry-after']).to.equal('2');
  expect(body).to.deep.equal({
    errorCode: 'WS_TICKET_REDIS_NOT_READY',
    message: 'Ticket service temporarily unavailable',
    traceId: headers['x-trace-id'],
    retryAfter: 2,
  });
};

describe('serve in development when Redis is down', () => {
  afterEach(endAll);

  it('logs redis_connect_fail and redis_connect_degraded with the cause, then listens', async () => {
    const { service } = await startWithoutRedis();
    const logged = service.events.filter((event) => !event?.startsWith('phase_'));
    expect(logged.slice(0, 4)).to.deep.equal([
      'redis_connect_start',
      'redis_connect_fail',
      'redis_connect_degraded',
      'server_listening',
    ]);
    expect((await service.line('redis_connect_degraded')).errorCode).to.equal('ECONNREFUSED');
    expect(service.events).not.to.include('redis_connect_fatal');
  });

  it('refuses tickets with 503, the exact body and Retry-After: 2', async () => {
    const { url } = await startWithoutRedis();
    expectRefused(await askTicket(url));
  });

  it('logs ws_ticket_redis_not_ready exactly once for each of five requests', async () => {
    const { service, url } = await startWithoutRedis();
    const answers = [];
    for (let n = 0; n < 5; n += 1) answers.push(await askTicket(url));
    // The last lines come through the same pipe: once it has ended, all of them have been read.
    service.process.kill('SIGTERM');
    await service.exit;
    const lines = service.linesOf('ws_ticket_redis_not_ready');
    expect(lines.map(({ traceId }) => traceId)).to.deep.equal(answers.map(({ body }) => body.traceId));
    expect(new Set(lines.map(({ traceId }) => traceId)).size).to.equal(5);
  });

  it('is live and not ready', async () => {
    const { url } = await startWithoutRedis();
    const health = await ask(`${url}/health`);
    expect(health.status).to.equal(200);
    expect(health.body).to.deep.equal({ status: 'UP', checks: { process: 'UP' } });
    const ready = await ask(`${url}/ready`);
    expect(ready.status).to.equal(503);
    expect(ready.body).to.deep.equal({ status: 'NOT_READY', ready: false, checks: { redis: 'DOWN' } });
  });

  it('issues tickets without a restart once Redis is started', async () => {
    const { service, redisPort, url } = await startWithoutRedis();
    expectRefused(await askTicket(url));
    const redis = await startRedis({ port: redisPort });
    await until('a ticket', async () => (await askTicket(url)).status === 200);
    expect((await ask(`${url}/ready`)).body).to.deep.equal({ status: 'UP', ready: true, checks: { redis: 'UP' } });
    await service.line('redis_up');
    expect(service.linesOf('redis_up')).to.have.length(1);
    await redis.stop();
  });

  it('logs no stack trace', async () => {
    const { service, url } = await startWithoutRedis();
    await askTicket(url);
    service.process.kill('SIGTERM');
    await service.exit;
    expect(service.output).not.to.match(STACK_TRACE);
    expect(service.lines.some((line) => 'stack' in line)).to.equal(false);
  });
});
