import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import request, { type Response } from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { signatures, signedAs } from '../../support/forged-jwt.ts';
import { closeProviders, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';
import { bearer, token } from '../../support/jwt.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { ecKey } from '../../support/signing-key.ts';

const [first, second] = [ecKey('first'), ecKey('second')];
const COOL_DOWN_SECONDS = 5;
const ago = (seconds: number) => ({ iat: Math.floor(Date.now() / 1000) - seconds });

/** A key id that no provider has; any client can send one. */
const madeUp = (claims = {}) => token(claims, { secret: second.privateKey, algorithm: 'ES256', keyid: 'made up' });

describe('POST /ws-ticket with a JWT of an unknown key', () => {
  let provider: IdentityProvider;
  let service: RunningService;
  const start = async (env: Record<string, string> = {}) => {
    provider = await startIdentityProvider(first);
    service = await startService({ REDIS_URL: 'memory://', JWT_SECRET: undefined, JWT_JWKS_URL: provider.url, ...env });
  };
  afterEach(async () => {
    await service.stop();
    await closeProviders();
  });

  /** Checks the refusal, and returns the seconds after which to come back. */
  const unavailable = (response: Response): number => {
    expectRefusal(response, 503, 'AUTH_KEYS_UNAVAILABLE');
    const { 'retry-after': retryAfter = '', 'www-authenticate': challenge } = response.headers;
    expect(retryAfter).to.match(/^[1-9]\d*$/);
    expect(response.body.retryAfter).to.equal(Number(retryAfter));
    expect(challenge).to.equal(undefined);
    return Number(retryAfter);
  };

  it('returns 503 during the cool-down after an unknown kid, and 200 after Retry-After', async () => {
    await start();
    await requestTicket(service, madeUp(ago(86_400)));
    provider.publish(first, second);
    const jwt = second.sign();
    const retryAfter = unavailable(await requestTicket(service, jwt));
    expect(retryAfter).to.be.within(1, COOL_DOWN_SECONDS);
    unavailable(await request(service.url).post(`${TICKET_PATH}/revoke`).set(bearer(jwt)));
    expect((await request(service.url).get('/ready')).status).to.equal(200);
    await delay(retryAfter * 1000);
    expect((await requestTicket(service, jwt)).status).to.equal(200);
    expect(provider.asked).to.have.lengthOf(3);
  });

  it('returns 503 while the provider does not publish the key, and stays ready', async () => {
    await start();
    expect(unavailable(await requestTicket(service, second.sign()))).to.equal(COOL_DOWN_SECONDS);
    expect((await request(service.url).get('/ready')).status).to.equal(200);
    expect((await requestTicket(service, first.sign())).status).to.equal(200);
    expect(service.eventsOf('request').map(({ errorCode }) => errorCode)).to.include('AUTH_KEYS_UNAVAILABLE');
  });

  it('returns 401 when the JWT is 10 minutes older than the keys, or has no iat', async () => {
    await start();
    const header = { alg: 'ES256', kid: 'second' };
    const claims = { sub: 'alice', exp: ago(-3600).iat };
    const payloads = [
      { ...claims, ...ago(602) },
      claims,
      { ...claims, iat: String(ago(0).iat) },
      { ...claims, iat: null },
    ];
    for (const payload of payloads) {
      const jwt = signedAs(header, payload, signatures.ES256(second.privateKey));
      expectRefusal(await requestTicket(service, jwt), 401, 'AUTH_TOKEN_INVALID');
    }
    unavailable(await requestTicket(service, second.sign(ago(590))));
  });

  it('returns 401 without a fetch for an algorithm that no key of the provider can have', async () => {
    await start();
    const { x: publicPart = '' } = first.jwk;
    for (const algorithm of ['HS256', 'HS384', 'HS512', 'none'] as const) {
      const secret = algorithm === 'none' ? '' : `${publicPart}`;
      const jwt = token(ago(0), { secret, algorithm, keyid: 'made up', allowInsecureKeySizes: true });
      expectRefusal(await requestTicket(service, jwt), 401, 'AUTH_TOKEN_INVALID');
    }
    expect(provider.asked).to.have.lengthOf(1);
  });

  it('returns 503 for every JWT once the keys are older than JWT_JWKS_MAX_STALE_SECONDS', async () => {
    await start({ JWT_JWKS_MAX_STALE_SECONDS: '1' });
    await provider.stop();
    await delay(1_001);
    for (const jwt of [first.sign(), madeUp()]) unavailable(await requestTicket(service, jwt));
    expect((await request(service.url).get('/ready')).status).to.equal(200);
  });
});
