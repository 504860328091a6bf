import { expect } from 'chai';
import request from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const APP = 'https://app.example';
const OTHER = 'http://localhost:8080';
const EXPOSED = 'Retry-After,WWW-Authenticate,X-Trace-Id';

describe('CORS', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({ REDIS_URL: redis.url, CORS_ORIGINS: `${APP}, ${OTHER}` });
  });
  after(() => service.stop());

  const allowed = {
    'access-control-allow-origin': APP,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': EXPOSED,
  };

  it('allows a page of a listed origin to read the ticket', async () => {
    for (const origin of [APP, OTHER]) {
      const { status, headers } = await requestTicket(service).set('Origin', origin);
      expect(status).to.equal(200);
      expect(headers).to.include({ ...allowed, 'access-control-allow-origin': origin, vary: 'Origin' });
    }
  });

  it('lists the allowed methods and headers in a preflight, for ten minutes', async () => {
    const { status, headers, text } = await request(service.url)
      .options(TICKET_PATH)
      .set('Origin', APP)
      .set('Access-Control-Request-Method', 'POST')
      .set('Access-Control-Request-Headers', 'authorization,content-type');
    expect({ status, text }).to.deep.equal({ status: 204, text: '' });
    expect(headers).to.include({
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'POST,GET,HEAD',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '600',
      vary: 'Origin',
    });
    expect(headers['access-control-allow-headers']?.split(',')).to.include.members(['authorization', 'content-type']);
    expect(headers).to.have.property('x-trace-id');
  });

  it('answers a preflight for a probe as a preflight, and any other OPTIONS as a probe', async () => {
    const asked = () => request(service.url).options('/ready').set('Origin', APP);
    const preflight = await asked().set('Access-Control-Request-Method', 'GET');
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).to.deep.equal([204, APP]);
    const probe = await asked();
    expect([probe.status, probe.body.ready]).to.deep.equal([200, true]);
    const ofOther = await request(service.url)
      .options('/ready')
      .set('Origin', 'https://evil.example')
      .set('Access-Control-Request-Method', 'GET');
    expect(ofOther.headers).not.to.have.property('access-control-allow-origin');
  });

  it('allows a page of a listed origin to read refusals', async () => {
    const bad = await requestTicket(service, 'garbage').set('Origin', APP);
    expect(bad.status).to.equal(401);
    expect(bad.headers).to.include(allowed);
    const nowhere = await request(service.url).get('/nowhere').set('Origin', APP);
    expect(nowhere.status).to.equal(404);
    expect(nowhere.headers).to.include(allowed);
    const junk = await requestTicket(service).set('Origin', APP).set('Content-Type', 'text/plain').send('x');
    expect(junk.status).to.equal(415);
    expect(junk.headers).to.include(allowed);
  });

  it('allows a page of a listed origin to read Retry-After during an outage', async () => {
    await redis.stop();
    await until('the outage is logged', () => service.eventsOf('redis_down').length === 1);
    const { status, headers } = await requestTicket(service).set('Origin', APP);
    expect(status).to.equal(503);
    expect(headers).to.include({ ...allowed, 'retry-after': '2' });
    await redis.start();
    await until('tickets are issued again', async () => (await requestTicket(service)).status === 200);
  });

  for (const origin of [
    'https://evil.example',
    'https://app.example.evil.example',
    'https://app.example:444',
    'null',
    'HTTPS://APP.EXAMPLE',
  ])
    it(`grants nothing to the origin ${origin}`, async () => {
      const asked = await requestTicket(service).set('Origin', origin);
      const preflight = await request(service.url)
        .options(TICKET_PATH)
        .set('Origin', origin)
        .set('Access-Control-Request-Method', 'POST');
      expect(preflight.status).to.equal(405);
      for (const { headers } of [asked, preflight])
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).to.deep.equal([]);
      expect(asked.headers.vary).to.equal('Origin');
    });

  it('grants nothing without CORS_ORIGINS, and nothing on the internal listener', async () => {
    await withService({ REDIS_URL: 'memory://' }, async (closed) => {
      const { headers } = await requestTicket(closed).set('Origin', APP);
      expect(headers).not.to.have.property('access-control-allow-origin');
    });
    const { headers } = await request(service.internalUrl).get('/health').set('Origin', APP);
    expect(headers).not.to.have.property('access-control-allow-origin');
  });
});
