import { expect } from 'chai';
import request from 'supertest';
import { TICKET_PATH } from '../../support/ask.ts';
import { signedByHand } from '../../support/forged-jwt.ts';
import { closeProviders, startIdentityProvider } from '../../support/identity-provider.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { metricValue } from '../../support/metric-value.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { ecKey } from '../../support/signing-key.ts';

type Env = Readonly<Record<string, string>>;

const ISSUER = 'https://tenant.example';
const BASE64 = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64');

/** The lines that a service logs about refused JWTs until it has stopped, after one request with each of these. */
const linesFor = async (env: Env, ...jwts: readonly string[]) => {
  const service = await startService({ REDIS_URL: 'memory://', ...env });
  for (const jwt of jwts) expectRefusal(await requestTicket(service, jwt), 401, 'AUTH_TOKEN_INVALID');
  await service.stop();
  return service.eventsOf('auth_rejected');
};

const lineFor = async (env: Env, jwt: string) => (await linesFor(env, jwt))[0];

describe('auth_rejected', () => {
  after(closeProviders);

  for (const [what, env, jwt, reason, detail] of [
    [
      'an issuer without its slash',
      { JWT_ISSUER: ISSUER },
      () => token({ iss: `${ISSUER}/` }),
      'issuer',
      `its iss is not JWT_ISSUER: expected "${ISSUER}", found "${ISSUER}/"; they differ in the slash at the end`,
    ],
    [
      'no issuer',
      { JWT_ISSUER: ISSUER },
      () => token(),
      'issuer',
      `its iss is not JWT_ISSUER: expected "${ISSUER}", found none`,
    ],
    [
      'another audience',
      { JWT_AUDIENCE: 'chat' },
      () => token({ aud: ['web', 'Chat'] }),
      'audience',
      'its aud does not include JWT_AUDIENCE: expected "chat", found "web", "Chat"; they differ in upper and lower case',
    ],
    [
      'a secret that the issuer decodes from base64',
      { JWT_SECRET: BASE64 },
      () => token({}, { secret: Buffer.from(BASE64, 'base64') }),
      'signature',
      'its signature fits JWT_SECRET decoded from base64; set JWT_SECRET_ENCODING=base64',
    ],
    [
      'a secret with a line break',
      {},
      () => token({}, { secret: `${SECRET}\n` }),
      'signature',
      'its signature fits JWT_SECRET with a line break at its end; ticketd uses the text as it is',
    ],
    [
      'another secret, and another issuer',
      { JWT_ISSUER: ISSUER },
      () => token({ iss: 'https://staging.example' }, { secret: 'x'.repeat(32) }),
      'signature',
      'no secret in JWT_SECRET fits its signature; its iss, not verified, is "https://staging.example"',
    ],
    [
      'an algorithm of another kind of key',
      {},
      () => ecKey('k').sign(),
      'algorithm',
      'its alg is ES256; allowed are HS256; it is signed with a private key: none of JWT_ISSUERS, JWT_JWKS_URL and JWT_PUBLIC_KEY is set, or JWT_ALGORITHMS excludes it',
    ],
    [
      'no dots',
      {},
      () => 'opaque',
      'malformed',
      'it is not three parts in base64url: it has no dots, as an opaque token: request a token for your API',
    ],
    [
      'no subject',
      {},
      () => token({ sub: undefined }),
      'claims',
      'it has no sub, so it is for no user; if another claim names the user, set JWT_SUBJECT_CLAIM',
    ],
    [
      'a subject in a list',
      {},
      () => token({ sub: ['alice'] }),
      'claims',
      'sub must be a string of 1 to 1,024 characters or an integer from -(2^53-1) to 2^53-1',
    ],
    [
      'the expected audience as its client_id',
      { JWT_AUDIENCE: 'web' },
      () => token({ client_id: 'web' }),
      'audience',
      'its aud does not include JWT_AUDIENCE: expected "web", found none; its client_id is that: set JWT_CLIENT_ID instead',
    ],
    [
      'the expected audience as its azp',
      { JWT_AUDIENCE: 'app, web' },
      () => token({ azp: 'web', aud: 'account' }),
      'audience',
      'its aud does not include JWT_AUDIENCE: expected one of "app", "web", found "account"; its azp is that: set JWT_CLIENT_ID instead',
    ],
    [
      'the expected client as its aud',
      { JWT_CLIENT_ID: 'web' },
      () => token({ aud: ['web'] }),
      'client',
      'neither its client_id nor its azp is JWT_CLIENT_ID: expected "web", found none; its aud has it: send the access token if this is an ID token, else set JWT_AUDIENCE instead',
    ],
    [
      'an audience without api://',
      { JWT_AUDIENCE: 'api://1234' },
      () => token({ aud: '1234' }),
      'audience',
      'its aud does not include JWT_AUDIENCE: expected "api://1234", found "1234"; they differ in api:// at the beginning',
    ],
    [
      'an algorithm for a longer secret',
      {},
      () => token({}, { algorithm: 'HS512', secret: 'x'.repeat(64) }),
      'algorithm',
      'its alg is HS512; allowed are HS256; JWT_SECRET is too short for it, or JWT_ALGORITHMS excludes it',
    ],
  ] as const)
    it(`says why a JWT with ${what} was refused`, async () => {
      expect(await lineFor(env, jwt())).to.include({ reason, detail, count: 1 });
    });

  it('has the seconds by which a JWT is too old or too new', async () => {
    const now = Math.floor(Date.now() / 1000);
    const [expired, early, ahead] = await Promise.all([
      lineFor({}, token({ exp: now - 3600 })),
      lineFor({}, token({ nbf: now + 3600 })),
      lineFor({}, token({ iat: now + 3600 })),
    ]);
    expect(expired).to.have.property('reason', 'expired');
    expect(expired?.detail).to.match(/^it expired 36\d\d s ago by the clock of ticketd$/);
    for (const [line, claim] of [
      [early, 'nbf'],
      [ahead, 'iat'],
    ] as const) {
      expect(line).to.have.property('reason', 'not_yet_valid');
      expect(line?.detail).to.match(new RegExp(`^its ${claim} is 3[56]\\d\\d s ahead of the clock of ticketd$`));
    }
  });

  it('names an unknown key, and the published ones', async () => {
    const { url } = await startIdentityProvider(ecKey('published'), ecKey('two'));
    const env = { JWT_SECRET: '', JWT_JWKS_URL: url };
    expect(await lineFor(env, ecKey('key"7\n').sign({ iss: ISSUER, iat: 1 }))).to.include({
      reason: 'unknown_key',
      detail: `its kid "key\\"7\\n" is not in the key set, which has "published", "two"; its iss, not verified, is "${ISSUER}"`,
    });
  });

  it('names an unknown key also where a fresh JWT gets 503, since its key may not be published yet', async () => {
    const { url } = await startIdentityProvider(ecKey('published'));
    await withService({ REDIS_URL: 'memory://', JWT_SECRET: '', JWT_JWKS_URL: url }, async (service) => {
      const now = Math.floor(Date.now() / 1000);
      const response = await requestTicket(service, ecKey('other').sign({ iss: 'https://staging.example', iat: now }));
      expectRefusal(response, 503, 'AUTH_KEYS_UNAVAILABLE');
      expect(service.eventsOf('auth_rejected')[0]).to.include({
        reason: 'unknown_key',
        detail:
          'its kid "other" is not in the key set, which has "published"; it may not be published yet; its iss, not verified, is "https://staging.example"',
      });
    });
  });

  it('says so when a JWT names no key and the set has several', async () => {
    const { url } = await startIdentityProvider(ecKey('published'), ecKey('two'));
    expect(await lineFor({ JWT_SECRET: '', JWT_JWKS_URL: url }, withoutKid())).to.include({
      reason: 'unknown_key',
      detail: 'it has no kid, and the key set has "published", "two"',
    });
  });

  it('says what is wrong with the claims where one of several secrets fits the signature', async () => {
    const JWT_SECRET = `${'n'.repeat(32)},${SECRET}`;
    expect(await lineFor({ JWT_SECRET }, token({ exp: 1 }))).to.include({ reason: 'expired' });
  });

  it('is logged for a request without a JWT', async () => {
    await withService({ REDIS_URL: 'memory://' }, async (service) => {
      await request(service.url).post(TICKET_PATH);
      await request(service.url).post(TICKET_PATH).set('Authorization', 'Basic YTpi');
      const [line] = service.eventsOf('auth_rejected');
      expect(line).to.include({ reason: 'missing', detail: 'there is no Authorization header' });
    });
  });

  it('has nothing but ASCII of a bounded length, whatever the JWT says', async () => {
    const hostile = '"\u001b[2J\n\u202e'.repeat(60);
    for (const jwt of [
      token({ iss: hostile, aud: [hostile, hostile, hostile, hostile] }),
      token({ iss: [hostile], aud: { a: hostile } }),
      signedByHand({ sub: 'a' }, { header: { alg: hostile } }),
      signedByHand({ sub: 'a' }, { header: { alg: 'HS256', typ: hostile } }),
    ]) {
      const lines = await linesFor({ JWT_ISSUER: ISSUER, JWT_AUDIENCE: 'a' }, jwt);
      expect(lines[0]?.detail)
        .to.match(/^[ -~]+$/)
        .and.have.property('length')
        .below(512);
    }
  });

  it('is one line for each reason in 10 s, with the trace id of its request', async () => {
    const lines = await linesFor({}, 'opaque', 'opaque', token({ exp: 1 }), token({ exp: 1 }), 'opaque');
    expect(lines.map(({ reason, count }) => [reason, count])).to.deep.equal([
      ['malformed', 1],
      ['expired', 1],
      // The rest, at the end of the process.
      ['malformed', 2],
      ['expired', 1],
    ]);
  });

  it('is counted in ticketd_auth_rejected_total by reason', async () => {
    await withService({ REDIS_URL: 'memory://' }, async (service) => {
      const counts = async () => {
        const { text } = await request(service.internalUrl).get('/metrics');
        return ['malformed', 'expired', 'issuer'].map((reason) =>
          metricValue(text, 'ticketd_auth_rejected_total', { reason }),
        );
      };
      expect(await counts()).to.deep.equal([0, 0, 0]);
      await refuseAll(service, 'opaque', 'opaque', token({ exp: 1 }));
      expect(await counts()).to.deep.equal([2, 1, 0]);
    });
  });

  it('has the trace id and the address of a refused request', async () => {
    await withService({ REDIS_URL: 'memory://' }, async (service) => {
      await requestTicket(service, 'opaque').set('X-Request-Id', 'trace-1');
      expect(service.eventsOf('auth_rejected')[0]).to.include({ traceId: 'trace-1', address: '127.0.0.1' });
    });
  });
});

const refuseAll = async (service: RunningService, ...jwts: readonly string[]) => {
  for (const jwt of jwts) expect((await requestTicket(service, jwt)).status).to.equal(401);
};

/** A JWT that names none of its issuer's keys. */
const withoutKid = () => {
  const { privateKey } = ecKey('published');
  return token({}, { secret: privateKey, algorithm: 'ES256' });
};
