import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import type { JwtAlgorithm } from '../../../src/config/jwt-algorithms.ts';
import { ask, keepAliveAgent, TICKET_PATH } from '../../support/ask.ts';
import { signatures } from '../../support/forged-jwt.ts';
import { claims } from '../../support/hostile-jwts/claims.ts';
import { formsOf } from '../../support/hostile-jwts/forms.ts';
import { headers } from '../../support/hostile-jwts/headers.ts';
import { AUDIENCE, published, underPublishedOf } from '../../support/hostile-jwts/published.ts';
import { bearer, CLAIMS, hs256, INVALID } from '../../support/hostile-jwts/row.ts';
import { ec, ec384, ec521, ed, rsa } from '../../support/hostile-jwts/signatures.ts';
import { type Signing, signedAnew } from '../../support/hostile-jwts/signed-anew.ts';
import { closeProviders, startIdentityProvider } from '../../support/identity-provider.ts';
import { startIssuer } from '../../support/issuer.ts';
import { type RunningService, withService } from '../../support/service.ts';
import type { KeyAlgorithm, SigningKey } from '../../support/signing-key.ts';

const SECRET = 'a-secret-for-tests-that-is-long-enough-for-HS512-with-its-64-bytes';
const keys: Readonly<Record<KeyAlgorithm, SigningKey>> = {
  ...{ RS256: rsa, RS384: rsa, RS512: rsa, PS256: rsa, PS384: rsa, PS512: rsa },
  ...{ ES256: ec, ES384: ec384, ES512: ec521, EdDSA: ed },
};
const pairs = [rsa, ec, ec384, ec521, ed];
const pem = pairs.map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' })).join('');
// Without `alg`, so that the RSA key is for all of its algorithms.
const jwks = pairs.map(({ publicKey, kid }) => ({ jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' } }));

const withSecret = (alg: 'HS256' | 'HS384' | 'HS512'): Signing => ({
  alg,
  sign: (signed) =>
    createHmac(`sha${alg.slice(2)}`, SECRET)
      .update(signed)
      .digest(),
});
const withKey = ([alg, { privateKey, kid }]: [string, SigningKey]): Signing => ({
  alg,
  kid,
  sign: signatures[alg as KeyAlgorithm](privateKey),
});
const withKeys = Object.entries(keys).map(withKey);
// One for each key: the source does not change what the other algorithms of the RSA key do.
const withOneEach = withKeys.filter(({ alg }) => ['PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'].includes(alg));

/** The statuses of the JWTs, by what they are, that are not refused with 401. */
const acceptedOf = async (
  { url }: RunningService,
  rows: readonly (readonly [what: string, authorization: string])[],
) => {
  const agent = keepAliveAgent();
  const statuses = await Promise.all(
    rows.map(async ([what, Authorization]) => {
      const { status } = await ask(`${url}${TICKET_PATH}`, { method: 'POST', headers: { Authorization }, agent });
      return { what, status };
    }),
  );
  const accepted = statuses.filter(({ status }) => status !== 401).map(({ what, status }) => `${status}: ${what}`);
  agent.destroy();
  return accepted;
};

/** All hostile JWTs under right signatures of an algorithm. */
const hostileUnder = (signing: Signing): readonly (readonly [string, string])[] => {
  const anew = [...headers, ...claims].map((row) => [`${signing.alg}: ${row[0]}`, signedAnew(row, signing)] as const);
  const changed = formsOf(goodUnder(signing)).map(([what, , sent]) => [`${signing.alg}: ${what}`, sent] as const);
  return [...anew.flatMap(([what, sent]) => (sent === undefined ? [] : [[what, sent] as const])), ...changed];
};

// In the same way, so that the signatures of the hostile ones are right, too.
const goodUnder = (signing: Signing): string =>
  signedAnew(['a good one', '', hs256(CLAIMS), INVALID], signing)?.slice('Bearer '.length) ?? '';

describe('POST /ws-ticket with every hostile JWT under every algorithm', () => {
  afterEach(closeProviders);

  const refuseAll = (env: Readonly<Record<string, string>>, all: readonly Signing[]) =>
    withService({ REDIS_URL: 'memory://', ...env }, async (service) => {
      const good = all.map((signing) => [signing.alg, bearer(goodUnder(signing))] as const);
      expect(await acceptedOf(service, good)).to.deep.equal(all.map(({ alg }) => `200: ${alg}`));
      expect(await acceptedOf(service, all.flatMap(hostileUnder))).to.deep.equal([]);
      expect(service.eventsOf('internal_error')).to.deep.equal([]);
    });

  it('returns 401 when it is verified with JWT_SECRET and JWT_PUBLIC_KEY', () => {
    const hmacs = (['HS256', 'HS384', 'HS512'] as const satisfies readonly JwtAlgorithm[]).map(withSecret);
    // A fixed key is found by its kind, not by a name.
    const unnamed = withKeys.map(({ alg, sign }) => ({ alg, sign }));
    return refuseAll({ JWT_SECRET: SECRET, JWT_PUBLIC_KEY: pem }, [...hmacs, ...unnamed]);
  }).timeout(30_000);

  it('returns 401 when it is verified with the keys of JWT_JWKS_URL', async () => {
    const { url } = await startIdentityProvider(...jwks);
    await refuseAll({ JWT_SECRET: '', JWT_JWKS_URL: url }, withOneEach);
  }).timeout(30_000);

  it('returns 401 when it is verified with the keys of JWT_ISSUERS', async () => {
    const { issuer } = await startIssuer({ keys: jwks });
    await refuseAll(
      { JWT_SECRET: SECRET, JWT_ISSUERS: issuer },
      withOneEach.map((signing) => ({ ...signing, iss: issuer })),
    );
  }).timeout(30_000);

  it('returns 401 for what names or brings a wrong key, issuer or audience, with JWT_ISSUERS', async () => {
    const { issuer } = await startIssuer({ keys: published, path: '/tenant' });
    const env = { REDIS_URL: 'memory://', JWT_SECRET: '', JWT_ISSUERS: issuer, JWT_AUDIENCE: AUDIENCE };
    await withService(env, async (service) => {
      const good = ec.sign({ iss: issuer, aud: AUDIENCE });
      expect(await acceptedOf(service, [['good', bearer(good)]])).to.deep.equal(['200: good']);
      const rows = underPublishedOf(issuer).map(([what, , sent]) => [what, sent] as const);
      expect(await acceptedOf(service, rows)).to.deep.equal([]);
    });
  });
});
