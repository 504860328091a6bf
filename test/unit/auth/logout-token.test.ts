import { createSecretKey } from 'node:crypto';
import { expect } from 'chai';
import { createAuthentication } from '../../../src/auth/caller.ts';
import { KeysUnavailable, TokenRejected } from '../../../src/auth/errors.ts';
import { fixedKeys } from '../../../src/auth/key-source.ts';
import { createLogoutTokenVerifier } from '../../../src/auth/logout-token.ts';
import { createTrustedKeys } from '../../../src/auth/trusted-keys.ts';
import { configOf } from '../../support/config.ts';
import { signedByHand, unsigned } from '../../support/forged-jwt.ts';
import { SECRET } from '../../support/jwt.ts';
import { CLIENT_ID, ISSUER, LOGOUT_EVENT, logoutClaims, signLogoutToken } from '../../support/logout-tokens.ts';
import { rejectionOf } from '../../support/rejection.ts';

type Members = Readonly<Record<string, unknown>>;

const KEYS = createTrustedKeys({
  sources: [fixedKeys([createSecretKey(Buffer.from(SECRET))], ['HS256'])],
  expected: [ISSUER],
});
const ENV = { JWT_ISSUER: ISSUER, JWT_AUDIENCE: 'the-api', BACKCHANNEL_LOGOUT_AUDIENCE: `${CLIENT_ID}, mobile-app` };

const verifierFor = async (env: Readonly<Record<string, string>> = ENV) => {
  const { jwt, backchannelLogout } = await configOf(env);
  return createLogoutTokenVerifier(jwt, backchannelLogout.audiences ?? [], KEYS);
};

const signed = (claims: Members = {}, header: Members = {}) =>
  signLogoutToken(logoutClaims(claims), { secret: SECRET, header });

const rejectionFor = async (token: string) => rejectionOf((await verifierFor())(token));

const seconds = () => Math.floor(Date.now() / 1000);

describe('logout token', () => {
  it('says which session of whom has ended, by the sub and sid of its issuer', async () => {
    const verify = await verifierFor();
    const iat = seconds();
    expect(await verify(signed({ sid: 's-1', iat, jti: 'j-1', sessionId: 'not this' }))).to.deep.equal({
      issuer: ISSUER,
      subject: 'alice',
      sessionId: 's-1',
      tokenId: 'j-1',
      issuedAt: iat,
    });
    expect(await verify(signed())).to.include({ subject: 'alice', sessionId: undefined });
    expect(await verify(signed({ sub: undefined, sid: 's-1' }))).to.include({ subject: undefined, sessionId: 's-1' });
  });

  const accepted: Readonly<Record<string, () => string>> = {
    'with the typ logout+jwt in any case': () => signed({}, { typ: 'Logout+JWT' }),
    'with the typ application/logout+jwt': () => signed({}, { typ: 'application/logout+jwt' }),
    'with the typ JWT': () => signed({}, { typ: 'JWT' }),
    'without a typ': () => signed({}, { typ: undefined }),
    'for one of several clients': () => signed({ aud: ['another-app', 'mobile-app'] }),
    'with an exp to come': () => signed({ exp: seconds() + 120 }),
    'without an exp': () => signed({ exp: undefined }),
    'almost five minutes old': () => signed({ iat: seconds() - 295 }),
    'ahead by less than the clock tolerance': () => signed({ iat: seconds() + 3 }),
    'with claims and events that ticketd does not know': () =>
      signed({ trace_id: 't', events: { [LOGOUT_EVENT]: { reason: 'x' }, 'https://idp.example/other': true } }),
    'with names of 1,024 characters': () =>
      signed({ sub: 'x'.repeat(1024), sid: 'y'.repeat(1024), jti: 'z'.repeat(1024) }),
  };
  for (const [what, token] of Object.entries(accepted))
    it(`is accepted ${what}`, async () => {
      expect(await (await verifierFor())(token())).to.include({ issuer: ISSUER });
    });

  // OpenID Connect Back-Channel Logout 1.0, section 2.6, in its order; each token breaks one rule.
  const refused: readonly (readonly [what: string, token: () => string, reason: string, detail: RegExp])[] = [
    ['is encrypted', () => `${signed()}.a.b`, 'malformed', /it has five/],
    [
      'is signed with another key',
      () => signLogoutToken(logoutClaims(), { secret: 'x'.repeat(32) }),
      'signature',
      /fits/,
    ],
    ['is not signed', () => unsigned(logoutClaims()), 'malformed', /three parts/],
    [
      'has another alg',
      () => signedByHand(logoutClaims(), { header: { alg: 'none' } }),
      'algorithm',
      /its alg is none/,
    ],
    ['has the typ of an access token', () => signed({}, { typ: 'at+jwt' }), 'type', /typ/],
    ['has the typ of another event', () => signed({}, { typ: 'secevent+jwt' }), 'type', /typ/],
    ['demands an extension', () => signed({}, { crit: ['x'] }), 'malformed', /extension/],
    ['has no iss', () => signed({ iss: undefined }), 'issuer', /JWT_ISSUER/],
    ['has another iss', () => signed({ iss: 'https://other.example/' }), 'issuer', /JWT_ISSUER/],
    ['has no aud', () => signed({ aud: undefined }), 'audience', /BACKCHANNEL_LOGOUT_AUDIENCE: found none$/],
    ['is for another client', () => signed({ aud: 'another-app' }), 'audience', /found "another-app"$/],
    ['is for other clients', () => signed({ aud: ['another-app', 'third-app'] }), 'audience', /"third-app"$/],
    ['is for the API', () => signed({ aud: 'the-api' }), 'audience', /found "the-api"$/],
    ['has no iat', () => signed({ iat: undefined }), 'claims', /^it has no iat$/],
    ['has an iat that is a string', () => signedByHand(logoutClaims({ iat: '1' })), 'claims', /iat is not a number/],
    ['is more than five minutes old', () => signed({ iat: seconds() - 310 }), 'expired', /^it was issued 31\d s ago/],
    ['was issued in the future', () => signed({ iat: seconds() + 60 }), 'not_yet_valid', /^its iat is \d+ s ahead/],
    ['has expired', () => signed({ exp: seconds() - 60 }), 'expired', /^it expired/],
    ['has an exp that is a string', () => signedByHand(logoutClaims({ exp: 'soon' })), 'claims', /exp/],
    ['is not valid yet', () => signed({ nbf: seconds() + 60 }), 'not_yet_valid', /nbf/],
    ['has neither sub nor sid', () => signed({ sub: undefined }), 'claims', /^it has neither sub nor sid$/],
    ['has null as sub and sid', () => signed({ sub: null, sid: null }), 'claims', /^it has neither sub nor sid$/],
    ['has an empty sub', () => signed({ sub: '' }), 'claims', /^sub must be a string/],
    ['has a number as sub', () => signedByHand(logoutClaims({ sub: 7 })), 'claims', /^sub must be a string/],
    ['has an object as sid', () => signed({ sid: {} }), 'claims', /^sid must be a string/],
    ['has too long a sid', () => signed({ sid: 'x'.repeat(1025) }), 'claims', /^sid must be a string/],
    ['has no events', () => signed({ events: undefined }), 'type', /events/],
    ['has other events', () => signed({ events: { 'https://idp.example/other': {} } }), 'type', /events/],
    ['has a list of events', () => signed({ events: [LOGOUT_EVENT] }), 'type', /events/],
    ['has null as events', () => signed({ events: null }), 'type', /events/],
    ['has an event that is no object', () => signed({ events: { [LOGOUT_EVENT]: true } }), 'type', /events/],
    ['has an event that is a list', () => signed({ events: { [LOGOUT_EVENT]: [] } }), 'type', /events/],
    ['has a nonce', () => signed({ nonce: 'n' }), 'claims', /^it has a nonce$/],
    ['has null as nonce', () => signed({ nonce: null }), 'claims', /^it has a nonce$/],
    ['has no jti', () => signed({ jti: undefined }), 'claims', /^it has no jti$/],
    ['has a number as jti', () => signedByHand(logoutClaims({ jti: 7 })), 'claims', /^jti must be a string/],
    ['is no JWT', () => 'hunter2', 'malformed', /three parts/],
  ];
  for (const [what, token, reason, detail] of refused)
    it(`is refused when it ${what}`, async () => {
      const error = await rejectionFor(token());
      expect(error).to.be.instanceOf(TokenRejected);
      expect(error).to.include({ reason });
      expect(error.message).to.match(detail);
    });

  it('is accepted for a client of its own issuer only, where the entry names the issuer', async () => {
    const verify = await verifierFor({ JWT_ISSUER: ISSUER, BACKCHANNEL_LOGOUT_AUDIENCE: `${ISSUER} ${CLIENT_ID}` });
    expect(await verify(signed())).to.include({ subject: 'alice' });
    const { jwt } = await configOf(ENV);
    const elsewhere = createLogoutTokenVerifier(jwt, [{ issuer: 'https://b.example', clientId: CLIENT_ID }], KEYS);
    expect(await rejectionOf(elsewhere(signed()))).to.include({ reason: 'audience' });
  });

  it('reports keys that cannot be fetched', async () => {
    const { jwt } = await configOf(ENV);
    const keysFor = async () => ({ outcome: 'unavailable', why: 'stale', retryAfterMs: 5_000 }) as const;
    const unavailable = { ...fixedKeys([createSecretKey(Buffer.from(SECRET))], ['HS256']), keysFor };
    const verify = createLogoutTokenVerifier(jwt, [], createTrustedKeys({ sources: [unavailable] }));
    expect(await rejectionOf(verify(signed()))).to.be.instanceOf(KeysUnavailable);
  });

  it('is never accepted as an access token, whatever its typ', async () => {
    const { jwt } = await configOf({ JWT_ISSUER: ISSUER });
    const authenticate = createAuthentication(jwt, KEYS);
    const claims = { exp: seconds() + 60 };
    expect(await authenticate(signed({ ...claims, events: undefined }, { typ: 'JWT' }))).to.include({
      subject: 'alice',
    });
    for (const typ of ['logout+jwt', 'JWT', 'at+jwt', undefined])
      for (const events of [{ [LOGOUT_EVENT]: {} }, {}, null])
        expect(await rejectionOf(authenticate(signed({ ...claims, events }, { typ }))), typ).to.include({
          reason: 'type',
        });
  });
});
