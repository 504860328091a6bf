import { expect } from 'chai';
import request from 'supertest';
import { exchange, rawRequest } from '../../support/raw-http.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

const HEALTH = { status: 'UP', checks: { process: 'UP' } };
const READY = { status: 'UP', ready: true, checks: { redis: 'UP' } };

describe('GET /health and GET /ready', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({ REDIS_URL: redis.url });
  });
  after(() => service.stop());

  for (const [path, expected] of [
    ['/health', HEALTH],
    ['/api/v1/health', HEALTH],
    ['/ready', READY],
    ['/api/v1/ready', READY],
  ] as const)
    for (const listener of ['url', 'internalUrl'] as const) {
      const where = listener === 'url' ? 'public' : 'internal';

      it(`answer GET ${path} on the ${where} listener`, async () => {
        const { status, headers, body } = await request(service[listener]).get(path);
        expect(status).to.equal(200);
        expect(headers['content-type']).to.equal('application/json; charset=utf-8');
        expect(headers['cache-control']).to.equal('no-store');
        expect(headers['x-trace-id']).to.match(/^[0-9a-f]{32}$/);
        expect(body).to.deep.equal(expected);
      });

      it(`answer HEAD ${path} on the ${where} listener without the body`, async () => {
        const { status, headers, text } = await request(service[listener]).head(path);
        expect(status).to.equal(200);
        expect(headers['cache-control']).to.equal('no-store');
        expect(headers['content-length']).to.equal(String(JSON.stringify(expected).length));
        expect(text).to.equal(undefined);
      });

      it(`answer OPTIONS ${path} on the ${where} listener as GET`, async () => {
        // As HAProxy sends it.
        const [answer] = await exchange(service[listener], rawRequest(`OPTIONS ${path} HTTP/1.0`));
        expect(answer?.status).to.equal(200);
        expect(answer?.headers).to.include({ 'cache-control': 'no-store' });
        expect(JSON.parse(answer?.body ?? '')).to.deep.equal(expected);
      });
    }

  it('need no credentials and ignore bad ones', async () => {
    const { status } = await request(service.url).get('/ready').set('Authorization', 'Bearer garbage');
    expect(status).to.equal(200);
  });
});

describe('GET /health and GET /ready while draining', () => {
  it('report DRAINING for readiness and UP for liveness, and tickets are still issued', async () => {
    const { url } = await startRedis();
    const service = await startService({ REDIS_URL: url, DRAIN_DELAY_MS: '1500' });
    const stopped = service.stop('SIGTERM');
    try {
      for (const listener of [service.url, service.internalUrl]) {
        const ready = await request(listener).get('/ready');
        expect(ready.status).to.equal(503);
        expect(ready.headers['cache-control']).to.equal('no-store');
        expect(ready.body).to.deep.equal({ status: 'DRAINING', ready: false, checks: { redis: 'UP' } });
        const health = await request(listener).get('/health');
        expect(health.status).to.equal(200);
        expect(health.body).to.deep.equal(HEALTH);
      }
      expect((await requestTicket(service)).status).to.equal(200);
    } finally {
      await stopped;
    }
  });
});
