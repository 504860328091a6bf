import { expect } from 'chai';
import { closeProviders, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts';
import { token } from '../../support/jwt.ts';
import { expectRefusal, INVALID_CHALLENGE } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { ecKey, rsaKey, type SigningKey } from '../../support/signing-key.ts';
import { until } from '../../support/until.ts';

const rsa = rsaKey('rsa-1');
const ec = ecKey('ec-1');
const next = ecKey('ec-2');
const LONG_AGO = Math.floor(Date.now() / 1000) - 601;
const { alg: _, ...anyRsa } = rsa.jwk;

describe('JWKS keys', () => {
  let provider: IdentityProvider;
  let service: RunningService;
  beforeEach(async () => {
    provider = await startIdentityProvider({ jwk: anyRsa }, ec);
  });
  afterEach(async () => {
    await service.stop();
    await closeProviders();
  });

  const start = async (env: Record<string, string> = {}) => {
    service = await startService({ REDIS_URL: 'memory://', JWT_SECRET: undefined, JWT_JWKS_URL: provider.url, ...env });
  };
  const statusOf = async (jwt: string) => (await requestTicket(service, jwt)).status;
  const accepted = async (jwt: string) => {
    const { status, text } = await requestTicket(service, jwt);
    expect(status, text).to.equal(200);
  };
  const refused = async (jwt: string) => {
    const response = await requestTicket(service, jwt);
    expectRefusal(response, 401, 'AUTH_TOKEN_INVALID');
    expect(response.headers['www-authenticate']).to.equal(INVALID_CHALLENGE);
  };

  it('verify RS256, PS256 and ES256, each with the key that the JWT names', async () => {
    await start();
    await accepted(rsa.sign({}, 'RS256'));
    await accepted(rsa.sign({}, 'PS256'));
    await accepted(ec.sign());
    expect(provider.asked).to.have.lengthOf(1);
  });

  it('verify no JWT that another key has signed under their kid', async () => {
    await start();
    await refused(ecKey('ec-1').sign());
    await refused(rsaKey('rsa-1').sign());
    await refused(token({}, { secret: ec.privateKey, algorithm: 'ES256', keyid: 'rsa-1' }));
  });

  it('verify a JWT without a kid only when there is exactly one key', async () => {
    const unnamed = token({}, { secret: ec.privateKey, algorithm: 'ES256' });
    await start();
    await refused(unnamed);
    await service.stop();
    provider.publish(ec);
    await start();
    await accepted(unnamed);
  });

  it('verify a JWT without a kid with the key of its x5t, and include a new one', async () => {
    const { kid: _first, ...first } = ec.jwk;
    const { kid: _second, ...second } = next.jwk;
    const named = ({ privateKey }: SigningKey, x5t: object) =>
      token({}, { secret: privateKey, algorithm: 'ES256', header: { alg: 'ES256', ...x5t } });
    provider.publish({ jwk: { ...first, x5t: 'one' } }, rsa);
    await start();
    await accepted(named(ec, { x5t: 'one' }));
    await refused(named(next, { x5t: 'one' }));
    provider.publish({ jwk: { ...first, x5t: 'one' } }, { jwk: { ...second, 'x5t#S256': 'two' } });
    await accepted(named(next, { x5t: 'sha-1', 'x5t#S256': 'two' }));
  });

  it('verify only the algorithms in JWT_ALGORITHMS', async () => {
    await start({ JWT_ALGORITHMS: 'PS256,ES256' });
    await accepted(rsa.sign({}, 'PS256'));
    await accepted(ec.sign());
    await refused(rsa.sign({}, 'RS256'));
  });

  it('include a new key as soon as a JWT names it, without a restart', async () => {
    await start();
    provider.publish(ec, next);
    await accepted(next.sign());
    await accepted(ec.sign());
    await refused(rsa.sign({ iat: LONG_AGO }));
  });

  it('verify while the provider is down, and include new keys once it is back', async () => {
    await start();
    await provider.stop();
    expect(await statusOf(next.sign())).to.equal(503);
    for (const jwt of [ec.sign(), rsa.sign({}, 'PS256')]) await accepted(jwt);
    expect(service.eventsOf('jwks_refresh_fail').map(({ errorCode }) => errorCode)).to.deep.equal(['ECONNREFUSED']);
    provider.publish(ec, next);
    await provider.start();
    await until('the new key', async () => (await statusOf(next.sign())) === 200);
    expect(service.eventsOf('jwks_refreshed')).to.have.lengthOf(2);
    expect(service.eventsOf('jwks_refresh_fail')).to.have.lengthOf(1);
  });

  it('verify while the provider hangs and a JWT with an unknown kid waits for it', async () => {
    await start();
    let hanging = true;
    provider.answer(() => {});
    const waiting = statusOf(next.sign()).finally(() => {
      hanging = false;
    });
    await until('the provider is asked', () => provider.asked.length === 2);
    for (let n = 0; n < 5; n += 1) await accepted(ec.sign());
    expect(hanging).to.equal(true);
    expect(await waiting).to.equal(503);
  });

  it('come only from the provider, whatever URL a JWT names', async () => {
    await start();
    const mallory = await startIdentityProvider(next);
    const header = { alg: 'ES256', kid: 'ec-2', jku: mallory.url, x5u: mallory.url, jwk: next.jwk };
    await refused(token({ iat: LONG_AGO }, { secret: next.privateKey, algorithm: 'ES256', header }));
    expect(mallory.asked).to.deep.equal([]);
  });
});
