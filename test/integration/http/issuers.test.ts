import { expect } from 'chai';
import { closeProviders, startIdentityProvider } from '../../support/identity-provider.ts';
import { type Issuer, OAUTH, startIssuer } from '../../support/issuer.ts';
import { token } from '../../support/jwt.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { ecKey, edKey, rsaKey } from '../../support/signing-key.ts';
import { until } from '../../support/until.ts';

const [ofA, ofB, own, published] = [rsaKey('a'), edKey('b'), ecKey('own', 'ES384'), ecKey('published')];
const LONG_AGO = Math.floor(Date.now() / 1000) - 601;
const pem = own.publicKey.export({ type: 'spki', format: 'pem' }).toString();

const statusOf = async (service: RunningService, jwt: string) => (await requestTicket(service, jwt)).status;
const reasonsIn = (service: RunningService) => service.eventsOf('auth_rejected').map(({ reason }) => reason);

describe('JWT_ISSUERS', () => {
  let a: Issuer;
  let b: Issuer;
  beforeEach(async () => {
    a = await startIssuer({ keys: [ofA] });
    b = await startIssuer({ keys: [ofB], path: '/realms/b', metadata: OAUTH });
  });
  afterEach(closeProviders);

  const withIssuers = (env: Record<string, string>, use: (service: RunningService) => Promise<void>) =>
    withService({ REDIS_URL: 'memory://', JWT_ISSUERS: `${a.issuer},${b.issuer}`, ...env }, use);

  it('verify a JWT with the keys that its issuer publishes, found by OpenID Connect discovery or RFC 8414', () =>
    withIssuers({ JWT_SECRET: '' }, async (service) => {
      for (const jwt of [a.sign(ofA), b.sign(ofB)]) expect(await statusOf(service, jwt)).to.equal(200);
      expect(b.asked).to.include.members([`/realms/b/.well-known/openid-configuration`, `${OAUTH}/realms/b`]);
    }));

  it('work together with secrets, public keys and a key set, each with its own JWTs', async () => {
    const provider = await startIdentityProvider(published);
    await withIssuers({ JWT_PUBLIC_KEY: pem, JWT_JWKS_URL: provider.url }, async (service) => {
      for (const jwt of [token(), own.sign(), published.sign(), a.sign(ofA), b.sign(ofB)])
        expect(await statusOf(service, jwt)).to.equal(200);
      expect(await statusOf(service, token({}, { secret: 'x'.repeat(32) }))).to.equal(401);
    });
  });

  it('apply JWT_ISSUER to the JWTs of other keys alone', () =>
    withIssuers({ JWT_ISSUER: 'https://own.example, https://old.example' }, async (service) => {
      expect(await statusOf(service, a.sign(ofA))).to.equal(200);
      for (const iss of ['https://own.example', 'https://old.example'])
        expect(await statusOf(service, token({ iss }))).to.equal(200);
      for (const iss of ['https://other.example', undefined])
        expect(await statusOf(service, token({ iss }))).to.equal(401);
    }));

  it('refuse a JWT of another issuer with what they expect, if there are no other keys', () =>
    withIssuers({ JWT_SECRET: '' }, async (service) => {
      expectRefusal(await requestTicket(service, ofA.sign({ iss: `${a.issuer}/` })), 401, 'AUTH_TOKEN_INVALID');
      expect(service.eventsOf('auth_rejected')[0]).to.include({
        reason: 'issuer',
        detail: `its iss is not in JWT_ISSUERS: expected one of "${a.issuer}", "${b.issuer}", found "${a.issuer}/"; they differ in the slash at the end`,
      });
    }));

  it('refuse a JWT of another issuer or another key with the same reasons beside a static key', () =>
    withIssuers({}, async (service) => {
      for (const jwt of [ofA.sign({ iss: `${a.issuer}/` }), token({ iss: a.issuer })])
        expectRefusal(await requestTicket(service, jwt), 401, 'AUTH_TOKEN_INVALID');
      const [other, own] = service.eventsOf('auth_rejected');
      expect(other).to.include({
        reason: 'issuer',
        detail: `its iss is not in JWT_ISSUERS: expected one of "${a.issuer}", "${b.issuer}", found "${a.issuer}/"; they differ in the slash at the end`,
      });
      expect(own).to.include({
        reason: 'algorithm',
        detail: 'no key of its issuer is for its alg, HS256; only the keys of its issuer verify it',
      });
    }));

  // Each under a signature that fits some key of the service.
  const hostile: Readonly<Record<string, () => string>> = {
    'a JWT of issuer A with the key of B': () => a.sign(ofB, { iat: LONG_AGO }),
    'a JWT of issuer B with the key of A': () => b.sign(ofA, { iat: LONG_AGO }),
    'a JWT of issuer A with the key of B under the kid of A': () => a.sign({ ...ofA, sign: edKey('a').sign }),
    'a JWT of issuer A with a key of its own under the kid of A': () => a.sign(rsaKey('a')),
    'a JWT of issuer A with the secret of JWT_SECRET': () => token({ iss: a.issuer }),
    'the same with the kid of A': () => token({ iss: a.issuer }, { keyid: 'a' }),
    'a JWT of issuer A with the key of JWT_PUBLIC_KEY': () => own.sign({ iss: a.issuer, iat: LONG_AGO }),
    'a JWT of issuer A with the key of JWT_JWKS_URL': () => published.sign({ iss: a.issuer, iat: LONG_AGO }),
    'a JWT of no issuer with the key of A': () => ofA.sign({ iat: LONG_AGO }),
    'a JWT of another issuer with the key of A': () => ofA.sign({ iss: 'https://c.example', iat: LONG_AGO }),
    'a JWT whose iss is a list with A': () => ofA.sign({ iss: [a.issuer], iat: LONG_AGO }),
    'a JWT whose iss is A in another case': () => ofA.sign({ iss: a.issuer.toUpperCase(), iat: LONG_AGO }),
    'a JWT whose iss is A and a slash': () => ofA.sign({ iss: `${a.issuer}/`, iat: LONG_AGO }),
    'a JWT whose iss is __proto__': () => ofA.sign({ iss: '__proto__', iat: LONG_AGO }),
    'HS256 with the public key of A': () =>
      token({ iss: a.issuer }, { secret: ofA.publicKey.export({ type: 'spki', format: 'pem' }).toString() }),
    'HS256 with the public key of JWT_PUBLIC_KEY': () => token({}, { secret: pem }),
    'HS256 with the kid of issuer A': () => token({}, { secret: 'x'.repeat(32), keyid: 'a' }),
    'an expired JWT of issuer A': () => a.sign(ofA, { exp: LONG_AGO }),
    'a logout token of issuer A': () => a.sign(ofA, { events: {} }),
    'a JWT of issuer B that is bound to a key': () => b.sign(ofB, { cnf: { jkt: 'x' } }),
  };

  it('refuse every JWT that another key than that of its issuer has signed, all with the same message', async () => {
    const provider = await startIdentityProvider(published);
    await withIssuers({ JWT_PUBLIC_KEY: pem, JWT_JWKS_URL: provider.url }, async (service) => {
      const messages = new Set<string>();
      for (const [what, jwt] of Object.entries(hostile)) {
        const response = await requestTicket(service, jwt());
        expect({ status: response.status, code: response.body.errorCode }, what).to.deep.equal({
          status: 401,
          code: 'AUTH_TOKEN_INVALID',
        });
        messages.add(response.body.message);
      }
      expect(messages.size).to.equal(1);
      expect(service.eventsOf('ws_ticket_issued')).to.deep.equal([]);
      expect(service.eventsOf('internal_error')).to.deep.equal([]);
    });
  });

  it('start while one of them is down, serve the others, and verify its JWTs once it is back', async () => {
    await b.stop();
    await withIssuers({ JWT_SECRET: '' }, async (service) => {
      expect(await statusOf(service, a.sign(ofA))).to.equal(200);
      expectRefusal(await requestTicket(service, b.sign(ofB)), 503, 'AUTH_KEYS_UNAVAILABLE');
      expect(service.eventsOf('jwks_refresh_fail')).to.have.lengthOf(1);
      await b.start();
      await until('the keys of B', async () => (await statusOf(service, b.sign(ofB))) === 200);
      expect(await statusOf(service, a.sign(ofA))).to.equal(200);
    });
  });

  it('start immediately with a secret, while all of them are down', async () => {
    await Promise.all([a.stop(), b.stop()]);
    await withIssuers({}, async (service) => {
      expect(await statusOf(service, token())).to.equal(200);
      expect(await statusOf(service, a.sign(ofA))).to.equal(503);
    });
  });

  it('fail the start with the reason of each when none of them has keys in time', async () => {
    await a.stop();
    b.answer((_request, response) => void response.writeHead(404).end());
    const env = { JWT_SECRET: '', JWT_ISSUERS: `${a.issuer},${b.issuer}`, JWT_JWKS_STARTUP_TIMEOUT_MS: '600' };
    const error = await rejectionOf(startService({ REDIS_URL: 'memory://', ...env }));
    const { message } = error.cause as Error;
    expect(message).to.include(`no keys from ${a.issuer}: connect ECONNREFUSED`);
    expect(message).to.include(`no keys from ${b.issuer}: the issuer has no metadata at`);
  });

  it('ask only the issuer of a JWT with an unknown key', () =>
    withIssuers({ JWT_SECRET: '' }, async (service) => {
      const before = { a: a.asked.length, b: b.asked.length };
      const next = edKey('b-2');
      b.publish(ofB, next);
      expect(await statusOf(service, b.sign(next))).to.equal(200);
      expect(a.asked).to.have.lengthOf(before.a);
      expect(b.asked.length).to.be.above(before.b);
      expect(reasonsIn(service)).to.deep.equal([]);
    }));
});
