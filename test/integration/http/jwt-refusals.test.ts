import { expect } from 'chai';
import request from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { signedByHand, unsigned } from '../../support/forged-jwt.ts';
import { token } from '../../support/jwt.ts';
import { startRedis } from '../../support/redis.ts';
import { expectRefusal, INVALID_CHALLENGE, MISSING_CHALLENGE } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

const now = Math.floor(Date.now() / 1000);
const GOOD = JSON.stringify({ sub: 'alice', exp: now + 3600 });
const [HEADER, PAYLOAD, SIGNATURE] = token().split('.');

const withoutToken: Record<string, string | undefined> = {
  'no Authorization': undefined,
  'an empty Authorization': '',
  'Basic credentials': 'Basic YWxpY2U6c2VjcmV0',
  'Bearer without a token': 'Bearer',
  'Bearer and nothing but spaces': 'Bearer    ',
  'a token without a scheme': token(),
};

const badTokens: Record<string, string> = {
  'signed with another secret': token({}, { secret: 'another-secret-for-tests-of-32-bytes' }),
  'with a signature cut short': token().slice(0, -4),
  'without a signature': `${HEADER}.${PAYLOAD}.`,
  'with the payload of another': `${HEADER}.${Buffer.from(GOOD).toString('base64url')}.${SIGNATURE}`,
  'of algorithm none': unsigned(GOOD),
  'of algorithm nOnE': signedByHand(GOOD, { header: { alg: 'nOnE' } }),
  'of no algorithm': signedByHand(GOOD, { header: { typ: 'JWT' } }),
  'of algorithm HS384': token({}, { algorithm: 'HS384' }),
  'of algorithm HS512': token({}, { algorithm: 'HS512' }),
  'that says RS256 and is signed as HS256': signedByHand(GOOD, { header: { alg: 'RS256', typ: 'JWT' } }),
  'that has expired': token({ exp: now - 3600 }),
  'that holds only from later on': token({ nbf: now + 3600 }),
  'without sub': token({ sub: undefined }),
  'with an empty sub': signedByHand(JSON.stringify({ sub: '', exp: now + 3600 })),
  'with a number as sub': signedByHand(JSON.stringify({ sub: 7, exp: now + 3600 })),
  'without exp': token({ exp: undefined }),
  'with exp as a string': signedByHand(JSON.stringify({ sub: 'alice', exp: String(now + 3600) })),
  'with exp as null': signedByHand(JSON.stringify({ sub: 'alice', exp: null })),
  'with exp past all dates': signedByHand(JSON.stringify({ sub: 'alice', exp: 1e300 })),
  'with an object as session': signedByHand(JSON.stringify({ sub: 'alice', exp: now + 3600, sessionId: { a: 1 } })),
  'whose payload is an array': signedByHand(JSON.stringify([{ sub: 'alice', exp: now + 3600 }])),
  'whose payload is null': signedByHand('null'),
  'whose payload is a string': signedByHand(JSON.stringify('sub: alice')),
  'whose payload is a number': signedByHand('42'),
  'whose payload is not JSON': signedByHand('{"sub":"alice"'),
  'that is no JWT': 'garbage',
  'of three empty parts': '..',
  'of five parts': 'a.b.c.d.e',
  'with a space in it': `${HEADER} ${PAYLOAD}`,
  'of 12 KB': `${HEADER}.${'A'.repeat(12_000)}.${SIGNATURE}`,
  'with a sub of 8 KB': token({ sub: 'a'.repeat(8_000) }),
};

describe('authentication', () => {
  let service: RunningService;

  before(async () => {
    const { url } = await startRedis();
    service = await startService({ REDIS_URL: url });
  });
  after(() => service.stop());

  for (const [name, authorization] of Object.entries(withoutToken))
    it(`answers 401 AUTH_TOKEN_MISSING to ${name}`, async () => {
      const asked = request(service.url).post(TICKET_PATH);
      const response = await (authorization === undefined ? asked : asked.set('Authorization', authorization));
      expectRefusal(response, 401, 'AUTH_TOKEN_MISSING');
      expect(response.headers['www-authenticate']).to.equal(MISSING_CHALLENGE);
    });

  for (const [name, jwt] of Object.entries(badTokens))
    it(`answers 401 AUTH_TOKEN_INVALID to a token ${name}`, async () => {
      const response = await requestTicket(service, jwt);
      expectRefusal(response, 401, 'AUTH_TOKEN_INVALID');
      expect(response.headers['www-authenticate']).to.equal(INVALID_CHALLENGE);
      expect(JSON.stringify([response.headers, response.text])).not.to.include(jwt);
    });

  it('tells every bad token alike, whatever is wrong with it', async () => {
    const answers = await Promise.all(Object.values(badTokens).map(async (jwt) => await requestTicket(service, jwt)));
    expect(new Set(answers.map(({ body }) => body.message)).size).to.equal(1);
  });

  it('comes before the body is looked at', async () => {
    const response = await requestTicket(service, 'garbage').set('Content-Type', 'text/plain').send('{');
    expectRefusal(response, 401, 'AUTH_TOKEN_INVALID');
  });

  it('issues nothing and raises no alarm for a bad token', async () => {
    await Promise.all(Object.values(badTokens).map(async (jwt) => await requestTicket(service, jwt)));
    for (const event of ['ws_ticket_issued', 'ws_ticket_redis_not_ready', 'internal_error'] as const)
      expect(service.eventsOf(event)).to.deep.equal([]);
    const told = JSON.stringify(service.events);
    expect(Object.values(badTokens).filter((jwt) => jwt.length > 30 && told.includes(jwt))).to.deep.equal([]);
  });
});
