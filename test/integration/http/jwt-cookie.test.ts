import { expect } from 'chai';
import request from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { bearer, token } from '../../support/jwt.ts';
import { REVOKE_PATH } from '../../support/redeem.ts';
import { expectRefusal, INVALID_CHALLENGE, MISSING_CHALLENGE } from '../../support/refusal.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';

const NAME = '__Host-jwt';
const ORIGIN = 'https://app.example';
const OWN = { 'Sec-Fetch-Site': 'same-origin' };

describe('JWT_COOKIE', () => {
  let service: RunningService;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', JWT_COOKIE: NAME, CORS_ORIGINS: ORIGIN });
  });
  after(() => service.stop());

  const post = (headers: Record<string, string>, path = TICKET_PATH) => request(service.url).post(path).set(headers);
  const cookie = (jwt = token(), name = NAME) => ({ Cookie: `a=b; ${name}=${jwt}; c=d` });

  for (const [page, headers] of [
    ['of CORS_ORIGINS', { Origin: ORIGIN }],
    ['of CORS_ORIGINS on another site', { Origin: ORIGIN, 'Sec-Fetch-Site': 'cross-site' }],
    ['of the same origin', OWN],
    ['of the same origin, with its Origin', { Origin: 'https://tickets.example', ...OWN }],
  ] as const)
    it(`carries the JWT of a page ${page}, for a ticket and for a revocation`, async () => {
      expect((await post({ ...cookie(), ...headers })).status).to.equal(200);
      expect((await post({ ...cookie(), ...headers }, REVOKE_PATH)).status).to.equal(204);
    });

  for (const [page, headers] of [
    ['without Origin and Sec-Fetch-Site', {}],
    ['of another origin', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['of a sibling subdomain', { Origin: 'https://evil.app.example', 'Sec-Fetch-Site': 'same-site' }],
    ['of the same site', { 'Sec-Fetch-Site': 'same-site' }],
    ['of no site', { 'Sec-Fetch-Site': 'none' }],
    ['with two values of Sec-Fetch-Site', { 'Sec-Fetch-Site': 'same-origin, same-origin' }],
    ['with the Origin null', { Origin: 'null' }],
    ['with the Origin of CORS_ORIGINS in another case', { Origin: ORIGIN.toUpperCase() }],
    ['whose Host is that of its Origin', { Host: 'app2.example', Origin: 'https://app2.example' }],
  ] as const)
    it(`is ignored in a request ${page}, for a ticket and for a revocation`, async () => {
      for (const path of [TICKET_PATH, REVOKE_PATH]) {
        const response = await post({ ...cookie(), ...headers }, path);
        expectRefusal(response, 401, 'AUTH_TOKEN_MISSING');
        expect(response.headers['www-authenticate']).to.equal(MISSING_CHALLENGE);
      }
    });

  it('is ignored beside an Authorization header, whatever that has', async () => {
    const invalid = token({}, { secret: 'x'.repeat(32) });
    expectRefusal(await post({ ...cookie(), ...OWN, ...bearer(invalid) }), 401, 'AUTH_TOKEN_INVALID');
    expect((await post({ ...cookie(invalid), ...OWN, ...bearer(token()) })).status).to.equal(200);
    for (const Authorization of ['Basic YTpi', 'Bearer', ''])
      expectRefusal(await post({ ...cookie(), ...OWN, Authorization }), 401, 'AUTH_TOKEN_MISSING');
  });

  it('is refused when the request has it twice, in one header or in two', async () => {
    for (const Cookie of [
      `${NAME}=${token()}; ${NAME}=${token()}`,
      `${NAME}=; ${NAME}=${token()}`,
      `${NAME}=${token()};${NAME}=x`,
    ]) {
      const response = await post({ Cookie, ...OWN });
      expectRefusal(response, 401, 'AUTH_TOKEN_INVALID');
      expect(response.headers['www-authenticate']).to.equal(INVALID_CHALLENGE);
    }
  });

  it('counts under exactly its name', async () => {
    for (const name of ['__host-jwt', 'x__Host-jwt', '__Host-jwt2', 'jwt'])
      expectRefusal(await post({ ...cookie(token(), name), ...OWN }), 401, 'AUTH_TOKEN_MISSING');
    expectRefusal(await post({ ...cookie(''), ...OWN }), 401, 'AUTH_TOKEN_INVALID');
  });

  it('makes a response vary by the headers that decide about it', async () => {
    const expected = ['Authorization', 'Cookie', 'Origin', 'Sec-Fetch-Site'];
    for (const headers of [{ ...cookie(), Origin: ORIGIN }, {}]) {
      const response = await post(headers);
      expect(String(response.headers.vary).split(/, */)).to.have.members(expected);
    }
    const { headers } = await post({ ...cookie(), Origin: ORIGIN });
    expect(headers).to.include({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
    });
  });

  it('is not read without the variable', () =>
    withService({ REDIS_URL: 'memory://', CORS_ORIGINS: ORIGIN }, async ({ url }) => {
      const response = await request(url)
        .post(TICKET_PATH)
        .set({ ...cookie(), Origin: ORIGIN });
      expectRefusal(response, 401, 'AUTH_TOKEN_MISSING');
      expect(response.headers.vary).to.equal('Origin');
    }));

  it('warns at the start of a name without the prefix __Host-', async () => {
    expect(service.eventsOf('jwt_cookie_unprefixed')).to.deep.equal([]);
    await withService({ REDIS_URL: 'memory://', JWT_COOKIE: 'jwt' }, async ({ eventsOf }) => {
      expect(eventsOf('jwt_cookie_unprefixed')).to.deep.equal([{ event: 'jwt_cookie_unprefixed', cookie: 'jwt' }]);
    });
  });
});
