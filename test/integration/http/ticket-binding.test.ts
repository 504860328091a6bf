import { expect } from 'chai';
import { token } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { keyOf, requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';

describe('stored ticket', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({ REDIS_URL: redis.url });
  });
  after(() => service.stop());

  const stored = async (ticket: string) => JSON.parse(await redis.cli('GET', keyOf(ticket)));

  it('contains the audience, the channel and the Origin of the request', async () => {
    const { body } = await requestTicket(service)
      .set('Origin', 'https://app.example.com')
      .send({ audience: 'chat', channel: 'room/42 ✓' });
    expect(await stored(body.ticket)).to.include({ a: 'chat', c: 'room/42 ✓', o: 'https://app.example.com' });
  });

  it('contains the subject, the session and the expiry of the JWT, and the trace id', async () => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const { body } = await requestTicket(service, token({ sub: 'dave', sessionId: 'session-9', exp }));
    const { t, ...rest } = await stored(body.ticket);
    const expected = {
      s: 'dave',
      i: 'session-9',
      e: Date.parse(body.expiresAt) - t,
      x: exp * 1000 - t,
      r: body.traceId,
    };
    expect(rest).to.deep.equal(expected);
  });

  it('contains only the subject when nothing else is set', async () => {
    const { body } = await requestTicket(service, token({ sessionId: undefined }));
    expect(await stored(body.ticket)).to.have.all.keys('s', 't', 'e', 'x', 'r');
  });

  it('may contain an audience of 128 and a channel of 256 characters', async () => {
    const asked = { audience: 'a'.repeat(128), channel: 'c'.repeat(256) };
    const { status, body } = await requestTicket(service).send(asked);
    expect(status).to.equal(200);
    expect(await stored(body.ticket)).to.include({ a: asked.audience, c: asked.channel });
  });

  it('is stored under REDIS_KEY_PREFIX', async () => {
    const env = { REDIS_URL: redis.url, REDIS_KEY_PREFIX: 'tenant-7:' };
    const { body } = await withService(env, async (own) => await requestTicket(own));
    expect(await redis.cli('EXISTS', keyOf(body.ticket, 'tenant-7:'))).to.equal('1');
    expect(await redis.cli('EXISTS', keyOf(body.ticket))).to.equal('0');
  });
});
