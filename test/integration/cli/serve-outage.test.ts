import { expect } from 'chai';
import { ask, askTicket } from '../../support/ask.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll, STACK_TRACE, serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

describe('serve when Redis stops and starts again', () => {
  let redis: TestRedis;
  let service: Ticketd;
  let url: string;

  beforeEach(async () => {
    redis = await startRedis();
    service = serve({ NODE_ENV: 'production', JWT_SECRET: SECRET, REDIS_URL: redis.url });
    url = await service.url();
  });
  afterEach(async () => {
    await endAll();
    await redis.stop();
  });

  it('refuses tickets with 503 while Redis is down and issues them again without a restart', async () => {
    expect((await askTicket(url)).status).to.equal(200);
    await redis.stop();
    await until('a refusal', async () => (await askTicket(url)).status === 503);
    expect((await ask(`${url}/health`)).status).to.equal(200);
    expect((await ask(`${url}/ready`)).status).to.equal(503);
    await redis.start();
    await until('a ticket', async () => (await askTicket(url)).status === 200);
    expect((await ask(`${url}/ready`)).status).to.equal(200);
  });

  it('logs redis_down, redis_connect_fail and redis_up once each', async () => {
    await redis.stop();
    await service.line('redis_connect_fail');
    await until('a refusal', async () => (await ask(`${url}/ready`)).status === 503);
    await redis.start();
    const up = await service.line('redis_up');
    expect(up.downMs).to.be.a('number').that.is.above(0);
    service.process.kill('SIGINT');
    await service.exit;
    for (const event of ['redis_down', 'redis_connect_fail', 'redis_up'])
      expect(service.linesOf(event), event).to.have.length(1);
    expect(service.output).not.to.match(STACK_TRACE);
  });

  it('refuses tickets while Redis hangs and issues them again when Redis responds', async () => {
    await redis.pause();
    await until('not ready', async () => (await ask(`${url}/ready`)).status === 503);
    expect((await askTicket(url)).status).to.equal(503);
    await redis.resume();
    await until('a ticket', async () => (await askTicket(url)).status === 200);
  });
});
