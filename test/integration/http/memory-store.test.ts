import { expect } from 'chai';
import request from 'supertest';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

describe('memory store', () => {
  let service: RunningService;

  before(async () => {
    service = await startService({ REDIS_URL: 'memory://' });
  });
  after(() => service.stop());

  it('issues tickets', async () => {
    const { status, body } = await requestTicket(service).send({ audience: 'chat' });
    expect(status).to.equal(200);
    expect(body.ticket).to.match(/^wst_/);
    expect(body.expiresIn).to.equal(30);
  });

  it('is named memory in the readiness checks', async () => {
    for (const url of [service.url, service.internalUrl]) {
      const { status, body } = await request(url).get('/ready');
      expect(status).to.equal(200);
      expect(body).to.deep.equal({ status: 'UP', ready: true, checks: { memory: 'UP' } });
    }
  });

  it('is ready in the metrics, so that no alert fires', async () => {
    expect((await request(service.internalUrl).get('/metrics')).text).to.match(/^ticketd_redis_ready 1$/m);
  });

  it('connects to no Redis', () => {
    const names = service.events.map(({ event }) => event);
    expect(names.filter((name) => name.startsWith('redis_'))).to.deep.equal([]);
  });

  it('is rejected in production before a port opens', async () => {
    const refused = await startService({ REDIS_URL: 'memory://', NODE_ENV: 'production' }).catch((error) => error);
    expect(refused).to.be.an('error').with.property('code', 'CONFIG_INVALID');
    expect(refused.message).to.include('REDIS_URL');
  });
});
