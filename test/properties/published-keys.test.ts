import { createPublicKey } from 'node:crypto';
import { expect } from 'chai';
import { jwksUriIn } from '../../src/auth/key-location.ts';
import { keySetOf, lookUpKeys } from '../../src/auth/key-set.ts';
import { algorithmsFor, PUBLIC_KEY_ALGORITHMS } from '../../src/config/jwt-algorithms.ts';
import { CASES, fc, textOf, thrownBy } from '../support/property.ts';
import { ecKey, edKey, type Jwk, rsaKey } from '../support/signing-key.ts';

const ISSUER = 'https://idp.example/tenant';

describe('metadata of an issuer', () => {
  const uris = ['https://idp.example/keys', 'http://idp.example/keys', 'https://u:p@idp.example/', 'keys', 'ftp://a/'];
  const value = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(ISSUER, `${ISSUER}/`, 'https://IDP.example/tenant', ...uris) },
    fc.jsonValue({ maxDepth: 1 }),
  );
  const documents = fc.record({ issuer: value, jwks_uri: value, more: fc.jsonValue() }, { requiredKeys: [] });

  it('gives an http or https address, and only if its issuer is exactly the expected one', () => {
    let accepted = 0;
    fc.assert(
      fc.property(documents, (document) => {
        const text = JSON.stringify(document);
        const error = thrownBy(() => jwksUriIn(text, ISSUER), Error);
        if (error !== undefined) {
          expect(error).to.have.property('code', 'METADATA_INVALID');
          return;
        }
        accepted += 1;
        const { protocol, username, password } = jwksUriIn(text, ISSUER);
        expect(document.issuer).to.equal(ISSUER);
        expect(['http:', 'https:']).to.include(protocol);
        expect(username + password).to.equal('');
      }),
    );
    expect(accepted, 'of the cases were such that are accepted').to.be.above(CASES / 200);
  });

  it('is refused with a code when it is arbitrary text', () => {
    fc.assert(
      fc.property(textOf('{', '}', '"issuer"', ':', `"${ISSUER}"`, ',', '"jwks_uri"', '[', 'null'), (text) => {
        expect(thrownBy(() => jwksUriIn(text, ISSUER), Error)).to.have.property('code', 'METADATA_INVALID');
      }),
    );
  });
});

describe('published key set', () => {
  const pairs = [rsaKey('rsa', 2048), rsaKey('weak', 1024), ecKey('256'), ecKey('384', 'ES384'), edKey('ed')];
  const jwks: readonly Jwk[] = [
    ...pairs.map(({ jwk }) => jwk),
    ...pairs.map(({ privateKey, kid }) => ({ ...privateKey.export({ format: 'jwk' }), kid })),
    { kty: 'oct', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA', kid: 'oct' },
  ];
  const changes = fc.record(
    {
      kid: fc.constantFrom('rsa', '256', 'ed', '__proto__', 7, null),
      alg: fc.constantFrom(...PUBLIC_KEY_ALGORITHMS, 'HS256', 'none', 'RSA-OAEP', 7),
      use: fc.constantFrom('sig', 'enc', 7),
      key_ops: fc.constantFrom(['verify'], ['sign'], 'verify'),
      kty: fc.constantFrom('RSA', 'EC', 'OKP', 'oct'),
      crv: fc.constantFrom('P-256', 'P-384', 'Ed25519', 'X25519'),
      x: fc.base64String(),
      n: fc.base64String(),
    },
    { requiredKeys: [] },
  );
  const few = fc.record({ jwk: fc.constantFrom(...jwks), change: fc.oneof(fc.constant({}), changes) });
  const sets = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: few.map(({ jwk, change }): unknown => ({ ...jwk, ...change })) },
      fc.jsonValue({ maxDepth: 1 }),
    ),
    { maxLength: 4 },
  );

  it('gives only public keys of an accepted kind, each for algorithms of its own kind and by its own kid', () => {
    let accepted = 0;
    fc.assert(
      fc.property(sets, fc.constantFrom(...PUBLIC_KEY_ALGORITHMS), (keys, alg) => {
        const text = JSON.stringify({ keys });
        const error = thrownBy(() => keySetOf(text), Error);
        if (error !== undefined) {
          expect(error).to.have.property('code', 'JWKS_INVALID');
          return;
        }
        const set = keySetOf(text);
        accepted += 1;
        expect(set.keys.length + set.unusable).to.equal(keys.length);
        for (const { key, algorithms } of set.keys) {
          expect(key.type).to.equal('public');
          expect(algorithmsFor(key)).to.include.members([...algorithms]);
        }
        for (const kid of ['rsa', '256', 'unknown']) {
          const lookup = lookUpKeys(set, { kid, alg });
          const found = lookup.outcome === 'settled' ? lookup.keys : [];
          for (const key of found) {
            expect(algorithmsFor(key)).to.include(alg);
            expect(keys.some((jwk) => isKeyOf(jwk, kid) && createPublicKey(inJwk(jwk)).equals(key))).to.equal(true);
          }
        }
      }),
    );
    expect(accepted, 'of the cases were such that are accepted').to.be.above(CASES / 200);
  });

  const isKeyOf = (jwk: unknown, kid: string): jwk is Jwk =>
    typeof jwk === 'object' && jwk !== null && 'kid' in jwk && jwk.kid === kid && !('d' in jwk) && isReadable(jwk);
  const inJwk = (key: object) => ({ key: { ...key }, format: 'jwk' }) as const;
  const isReadable = (jwk: object): boolean => thrownBy(() => createPublicKey(inJwk(jwk)), Error) === undefined;
});
