import { expect } from 'chai';
import { bearer, token } from '../../support/jwt.ts';
import { GATEWAY_KEY, redeem } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { ticketKeys } from '../../support/ticket-keys.ts';
import { until } from '../../support/until.ts';

const LIMIT = 5;

let subjects = 0;
/** A JWT of a subject that has asked for nothing yet. */
const newcomer = () => {
  subjects += 1;
  return token({ sub: `subject-${subjects}@example.org` });
};

const askFor = async (tickets: number, jwt: string, of: readonly { readonly url: string }[]) => {
  const asked = Array.from(
    { length: tickets },
    async (_, n) => await requestTicket(of[n % of.length] ?? { url: '' }, jwt),
  );
  return Promise.all(asked);
};

const statusesOf = (answers: readonly { readonly status: number }[]) => {
  const count = (status: number) => answers.filter((answer) => answer.status === status).length;
  return { 200: count(200), 429: count(429), others: answers.length - count(200) - count(429) };
};

describe('TICKET_RATE_LIMIT', () => {
  let redis: TestRedis;
  let services: readonly RunningService[];
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    const env = { REDIS_URL: redis.url, TICKET_RATE_LIMIT: `${LIMIT}/60`, GATEWAY_KEYS: GATEWAY_KEY };
    services = [await startService(env), await startService(env)];
    service = services[0] as RunningService;
  });
  after(async () => {
    await Promise.all(services.map((one) => one.stop()));
    await redis.stop();
  });

  const keys = async (pattern: string) => (await redis.cli('KEYS', pattern)).split('\n').filter(Boolean);

  it('issues that many tickets to a subject, and returns 429 until the window ends', async () => {
    const jwt = newcomer();
    const answers = [];
    for (let n = 0; n <= LIMIT; n += 1) answers.push(await requestTicket(service, jwt));
    const refusal = answers.pop();
    expect(statusesOf(answers)).to.include({ 200: LIMIT });
    if (refusal === undefined) throw new Error('nothing was asked for');
    expectRefusal(refusal, 429, 'WS_TICKET_RATE_LIMITED');
    expect(Number(refusal.headers['retry-after'])).to.be.within(1, 60);
    expect(refusal.body.retryAfter).to.equal(Number(refusal.headers['retry-after']));
    expect(refusal.headers['cache-control']).to.equal('no-store');
  });

  it('counts per subject, not per session or JWT', async () => {
    const [sub, other] = ['sessions@example.org', 'another@example.org'];
    for (let n = 0; n < LIMIT; n += 1)
      expect((await requestTicket(service, token({ sub, sessionId: `session-${n}` }))).status).to.equal(200);
    expect((await requestTicket(service, token({ sub, sessionId: 'one-more' }))).status).to.equal(429);
    expect((await requestTicket(service, token({ sub: other }))).status).to.equal(200);
  });

  it('issues exactly N tickets for 3 × N concurrent requests to two instances', async () => {
    for (let round = 0; round < 5; round += 1) {
      const jwt = newcomer();
      const answers = await askFor(3 * LIMIT, jwt, services);
      expect(statusesOf(answers)).to.deep.equal({ 200: LIMIT, 429: 2 * LIMIT, others: 0 });
      for (const other of services) expect((await requestTicket(other, jwt)).status).to.equal(429);
    }
  });

  it('issues tickets that can be redeemed, and leaves none behind for a refused request', async () => {
    const before = (await keys(ticketKeys())).length;
    const answers = await askFor(3 * LIMIT, newcomer(), services);
    await until('what was refused is forgotten', async () => (await keys(ticketKeys())).length === before + LIMIT);
    for (const { status, body } of answers)
      if (status === 200) expect((await redeem(service, { ticket: body.ticket })).status).to.equal(200);
  });

  it('counts no request that is refused for another reason', async () => {
    const jwt = newcomer();
    for (let n = 0; n < 2 * LIMIT; n += 1)
      expect((await requestTicket(service, jwt).send({ audiense: 'chat' })).status).to.equal(400);
    expect(statusesOf(await askFor(LIMIT, jwt, services))).to.include({ 200: LIMIT });
  });

  it('stores a digest of the subject and a count in Redis, with the TTL of the window', async () => {
    await redis.cli('FLUSHALL');
    await requestTicket(service, token({ sub: 'clear-name@example.org' }));
    const [key = '', ...others] = (await keys('ticketd:n2:*')).filter((name) => !name.includes(':probe:'));
    expect(others).to.deep.equal([]);
    expect(key).to.match(/^ticketd:n2:[A-Za-z0-9_-]{22}$/);
    expect(await redis.cli('GET', key)).to.equal('1');
    expect(Number(await redis.cli('PTTL', key))).to.be.within(1, 60_000);
    expect((await keys('*')).join()).not.to.include('clear-name');
  });

  it('does not limit revocation', async () => {
    const jwt = newcomer();
    await askFor(3 * LIMIT, jwt, services);
    const { status } = await requestTicket({ url: service.url }, jwt);
    expect(status).to.equal(429);
    const revoked = await fetch(`${service.url}/api/v1/auth/ws-ticket/revoke`, {
      method: 'POST',
      headers: bearer(jwt),
    });
    expect(revoked.status).to.equal(204);
  });

  it('issues tickets again after Retry-After', async () => {
    await withService({ REDIS_URL: redis.url, TICKET_RATE_LIMIT: '1/1' }, async (brief) => {
      const jwt = newcomer();
      expect((await requestTicket(brief, jwt)).status).to.equal(200);
      await until('the next window', async () => (await requestTicket(brief, jwt)).status === 200, 5000);
    });
  });

  it('limits with memory://', async () => {
    await withService({ REDIS_URL: 'memory://', TICKET_RATE_LIMIT: `${LIMIT}/60` }, async (alone) => {
      expect(statusesOf(await askFor(3 * LIMIT, newcomer(), [alone]))).to.deep.include({ 200: LIMIT, others: 0 });
    });
  });
});
