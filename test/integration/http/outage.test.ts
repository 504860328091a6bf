import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import request from 'supertest';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const NOT_READY = { status: 'NOT_READY', ready: false, checks: { redis: 'DOWN' } };

describe('Redis outage', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
  });
  beforeEach(async () => {
    service = await startService({ REDIS_URL: redis.url });
  });
  afterEach(async () => {
    await service.stop();
    await redis.start();
  });

  const untilReady = (status: number, of = service) =>
    until(`/ready answers ${status}`, async () => (await request(of.url).get('/ready')).status === status);

  const eventCounts = (of = service) => ({
    down: of.eventsOf('redis_down').length,
    fail: of.eventsOf('redis_connect_fail').length,
    up: of.eventsOf('redis_up').length,
  });

  it('makes readiness return 503 while liveness returns 200, on both paths and both listeners', async () => {
    await redis.stop();
    await untilReady(503);
    for (const url of [service.url, service.internalUrl])
      for (const prefix of ['', '/api/v1']) {
        const ready = await request(url).get(`${prefix}/ready`);
        expect(ready.status).to.equal(503);
        expect(ready.body).to.deep.equal(NOT_READY);
        expect(ready.headers['cache-control']).to.equal('no-store');
        expect((await request(url).head(`${prefix}/ready`)).status).to.equal(503);
        expect((await request(url).get(`${prefix}/health`)).status).to.equal(200);
      }
  });

  it('ends without a restart when Redis comes back', async () => {
    await redis.stop();
    await untilReady(503);
    await redis.start();
    await untilReady(200);
    expect((await requestTicket(service)).status).to.equal(200);
  });

  it('is detected when Redis hangs, and ends when Redis responds again', async () => {
    await redis.pause();
    await untilReady(503);
    expect((await requestTicket(service)).status).to.equal(503);
    await redis.resume();
    await untilReady(200);
    expect((await requestTicket(service)).status).to.equal(200);
  });

  it('is logged by redis_down, redis_connect_fail and redis_up exactly once each', async () => {
    await redis.stop();
    await untilReady(503);
    await Promise.all(Array.from({ length: 5 }, async () => await requestTicket(service)));
    expect(eventCounts()).to.deep.equal({ down: 1, fail: 1, up: 0 });
    await redis.start();
    await untilReady(200);
    expect(eventCounts()).to.deep.equal({ down: 1, fail: 1, up: 1 });
    const [down] = service.eventsOf('redis_down');
    const [up] = service.eventsOf('redis_up');
    expect(down?.reason).to.be.a('string').that.is.not.empty;
    expect(up?.downMs).to.be.a('number').above(0);
    await redis.pause();
    await untilReady(503);
    await redis.resume();
    await untilReady(200);
    expect(eventCounts()).to.deep.equal({ down: 2, fail: 2, up: 2 });
  });

  it('logs one readiness_redis_down for any number of probes', async () => {
    await redis.stop();
    await untilReady(503);
    for (let probes = 0; probes < 5; probes += 1) await request(service.url).get('/ready');
    expect(service.eventsOf('readiness_redis_down')).to.have.length(1);
    expect(service.eventsOf('readiness_redis_down')[0]?.traceId).to.be.a('string');
  });

  it('logs another readiness_redis_down when a probe fails 10 seconds later', async () => {
    const clock = useFakeTimers({ toFake: ['performance'] });
    try {
      await redis.stop();
      await untilReady(503);
      clock.tick(9_999);
      await request(service.url).get('/ready');
      expect(service.eventsOf('readiness_redis_down')).to.have.length(1);
      clock.tick(1);
      await request(service.url).get('/ready');
      expect(service.eventsOf('readiness_redis_down')).to.have.length(2);
    } finally {
      clock.restore();
    }
  });

  it('logs a new readiness_redis_down for each outage', async () => {
    for (const outages of [1, 2]) {
      await redis.stop();
      await untilReady(503);
      expect(service.eventsOf('readiness_redis_down')).to.have.length(outages);
      await redis.start();
      await untilReady(200);
    }
  });

  it('ends without a restart when it began at startup, in development', async () => {
    await redis.stop();
    const env = { REDIS_URL: redis.url, REDIS_STARTUP_TIMEOUT_MS: '300' };
    await withService(env, async (degraded) => {
      expect((await request(degraded.url).get('/health')).status).to.equal(200);
      const ready = await request(degraded.url).get('/ready');
      expect(ready.status).to.equal(503);
      expect(ready.body).to.deep.equal(NOT_READY);
      expect((await requestTicket(degraded)).status).to.equal(503);
      await redis.start();
      await untilReady(200, degraded);
      expect((await requestTicket(degraded)).status).to.equal(200);
      expect(eventCounts(degraded)).to.deep.equal({ down: 0, fail: 1, up: 1 });
    });
  });
});
