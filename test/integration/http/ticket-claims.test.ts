import { expect } from 'chai';
import request from 'supertest';
import { ticketFor } from '../../support/accepted-jwt.ts';
import { ask } from '../../support/ask.ts';
import { signedByHand } from '../../support/forged-jwt.ts';
import { bearer, token, usualClaims } from '../../support/jwt.ts';
import { issueTicket, REVOKE_PATH } from '../../support/redeem.ts';
import { startRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { withService } from '../../support/service.ts';

const env = { TICKET_CLAIMS: 'tenant, roles, https://app.example/plan, __proto__' };

describe('TICKET_CLAIMS', () => {
  it('gives the gateway exactly these claims of the JWT, as they are', async () => {
    const claims = { tenant: 'acmé', roles: ['admin', { of: 'x' }, null], 'https://app.example/plan': 7 };
    const { claims: delivered } = await ticketFor(env, token({ ...claims, email: 'alice@example.com' }));
    expect(delivered).to.deep.equal(claims);
  });

  for (const [what, claims] of [
    ['the JWT has none of them', { email: 'alice@example.com' }],
    ['the JWT inherits one only', {}],
  ] as const)
    it(`gives the gateway null when ${what}`, async () => {
      expect((await ticketFor(env, token(claims))).claims).to.equal(null);
    });

  it('gives the gateway null without the variable', async () => {
    expect((await ticketFor({}, token({ tenant: 'acme' }))).claims).to.equal(null);
  });

  // `{"tenant":""}` has 13 bytes.
  it('accepts 1,024 bytes of JSON and returns 400 for one more, but revokes with such a JWT', () =>
    withService({ REDIS_URL: 'memory://', ...env }, async (service) => {
      expect((await requestTicket(service, token({ tenant: 'x'.repeat(1011) }))).status).to.equal(200);
      for (const tenant of ['x'.repeat(1012), 'ü'.repeat(506)]) {
        const response = await requestTicket(service, token({ tenant }));
        expectRefusal(response, 400, 'BAD_REQUEST');
        expect(response.body.message).to.equal('The claims in TICKET_CLAIMS have 1025 bytes of JSON, more than 1,024');
        const revoked = await request(service.url)
          .post(REVOKE_PATH)
          .set(bearer(token({ tenant })));
        expect(revoked.status).to.equal(204);
      }
    }));

  for (const [what, number] of [
    ['9007199254740993', '9007199254740993'],
    ['[1,{"a":1e300}]', '[1,{"a":1e300}]'],
    ['1e400', '1e400'],
    ['-0', '[-0]'],
    ['a list nested 4,000 deep', `${'['.repeat(4_000)}${']'.repeat(4_000)}`],
  ] as const)
    it(`returns 400 for ${what}, which may be changed`, () =>
      withService({ REDIS_URL: 'memory://', ...env }, async (service) => {
        const payload = JSON.stringify({ ...usualClaims(), tenant: 'NUMBER' }).replace('"NUMBER"', number);
        expectRefusal(await requestTicket(service, signedByHand(payload)), 400, 'BAD_REQUEST');
      }));

  it('gives a proxy the claims as JSON in X-Ticketd-Claims, percent-encoded where a header cannot have them', () =>
    withService({ REDIS_URL: 'memory://', FORWARD_AUTH_TRUSTED: '127.0.0.1', ...env }, async (service) => {
      const headersFor = async (claims: object) => {
        const ticket = await issueTicket(service, { jwt: token({ ...claims }) });
        const uri = { 'X-Original-URI': `/ws?ticket=${ticket}` };
        return (await ask(`${service.internalUrl}/forward-auth/nginx`, { headers: uri })).headers;
      };
      const claims = { tenant: 'acmé 100%', roles: ['a,b'] };
      const { 'x-ticketd-claims': text = '' } = await headersFor(claims);
      expect(text).to.equal('{"tenant":"acm%C3%A9%20100%25","roles":["a,b"]}');
      expect(JSON.parse(decodeURIComponent(String(text)))).to.deep.equal(claims);
      expect(await headersFor({})).to.include({ 'x-ticketd-claims': '' });
    }));

  it('stores nothing else of the JWT', async () => {
    const redis = await startRedis();
    await withService({ REDIS_URL: redis.url, ...env }, async (service) => {
      await requestTicket(service, token({ tenant: 'acme', email: 'alice@example.com' }));
      const keys = (await redis.cli('KEYS', '*')).split('\n').filter((key) => key.includes(':t'));
      const stored = (await Promise.all(keys.map((key) => redis.cli('GET', key)))).join();
      expect(stored).to.include('acme').and.not.include('alice@example.com');
    });
  });
});
