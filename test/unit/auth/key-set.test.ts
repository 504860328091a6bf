import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { keySetOf, lookUpKeys } from '../../../src/auth/key-set.ts';
import { numberOfKeys } from '../../support/frozen-keys.ts';
import { thrownBy } from '../../support/rejection.ts';
import { ecKey, edKey, type Jwk, jwksOf, rsaKey } from '../../support/signing-key.ts';

const ec = ecKey('ec-1');
const rsa = rsaKey('rsa-1');
const [ec384, ec521] = [ecKey('ec-384', 'ES384'), ecKey('ec-521', 'ES512')];
const ed = edKey('ed-1');

const NONE =
  'the JWK Set has no key that ticketd accepts (RSA of at least 2048 bits, EC on P-256, P-384 or P-521, or Ed25519)';

const without = ({ [String('alg')]: _, ...jwk }: Jwk): Jwk => jwk;
const setOf = (...jwks: readonly Jwk[]) => keySetOf(jwksOf(...jwks.map((jwk) => ({ jwk }))));
/** What a key may verify when it is published like this; none when it is not usable. */
const algorithmsOf = (jwk: Jwk) =>
  setOf(jwk, ecKey('usable').jwk)
    .keys.filter(({ kid }) => kid !== 'usable')
    .flatMap(({ algorithms }) => algorithms);

describe('JWK Set', () => {
  it('gives a key object for each key, with the algorithms it may verify', () => {
    const { keys, unusable } = setOf(ec.jwk, rsa.jwk);
    expect(keys.map(({ kid, algorithms }) => [kid, algorithms])).to.deep.equal([
      ['ec-1', ['ES256']],
      ['rsa-1', ['RS256']],
    ]);
    expect(keys[0]?.key.equals(ec.publicKey)).to.equal(true);
    expect(keys[1]?.key.equals(rsa.publicKey)).to.equal(true);
    expect(unusable).to.equal(0);
  });

  it('gives a key without alg all algorithms of its kind, and a key with alg only that one', () => {
    expect(algorithmsOf(without(rsa.jwk))).to.deep.equal(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']);
    expect(algorithmsOf({ ...rsa.jwk, alg: 'PS256' })).to.deep.equal(['PS256']);
    expect(algorithmsOf(without(ec.jwk))).to.deep.equal(['ES256']);
    expect(algorithmsOf(without(ec384.jwk))).to.deep.equal(['ES384']);
    expect(algorithmsOf(ec521.jwk)).to.deep.equal(['ES512']);
    for (const jwk of [ed.jwk, without(ed.jwk)]) expect(algorithmsOf(jwk)).to.deep.equal(['EdDSA']);
  });

  const unusable: Readonly<Record<string, () => Jwk>> = {
    'for encryption': () => ({ ...rsa.jwk, use: 'enc' }),
    'for signing only': () => ({ ...rsa.jwk, key_ops: ['sign'] }),
    'whose key_ops is not a list': () => ({ ...rsa.jwk, key_ops: 'verify' }),
    'that is a secret': () => ({
      kty: 'oct',
      k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA',
      kid: 'oct',
      alg: 'HS256',
    }),
    'with alg HS256': () => ({ ...rsa.jwk, alg: 'HS256' }),
    'with alg none': () => ({ ...rsa.jwk, alg: 'none' }),
    'with alg RSA-OAEP': () => ({ ...rsa.jwk, alg: 'RSA-OAEP' }),
    'with alg RS1': () => ({ ...rsa.jwk, alg: 'RS1' }),
    'with the alg of another kind of key': () => ({ ...rsa.jwk, alg: 'ES256' }),
    'of RSA with 1,024 bits': () => rsaKey('weak', 1024).jwk,
    'on P-384 with the alg of P-256': () => ({ ...ec384.jwk, alg: 'ES256' }),
    'on secp256k1': () => ({
      ...generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' }),
      kid: 'k256',
    }),
    'on Ed448': () => ({ ...generateKeyPairSync('ed448').publicKey.export({ format: 'jwk' }), kid: 'ed448' }),
    'on X25519': () => ({ ...generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' }), kid: 'x' }),
    'on Ed25519 with its private part': () => ({ ...ed.privateKey.export({ format: 'jwk' }), kid: 'leaked' }),
    'whose point is not on its curve': () => ({ ...ec.jwk, x: ec.jwk.y }),
    'without its modulus': () => ({ kty: 'RSA', e: 'AQAB', kid: 'half' }),
    'published with its private part': () => ({ ...ec.privateKey.export({ format: 'jwk' }), kid: 'leaked' }),
    'whose kid is not a string': () => ({ ...ec.jwk, kid: 7 }),
    'without kty': () => ({ kid: 'nothing' }),
  };
  for (const [what, jwk] of Object.entries(unusable))
    it(`omits a key ${what}, and counts it as unusable`, () => {
      expect(algorithmsOf(jwk())).to.deep.equal([]);
      expect(setOf(jwk(), ec.jwk).unusable).to.equal(1);
    });

  it('accepts a key whose key_ops include verify', () => {
    expect(algorithmsOf({ ...ec.jwk, use: undefined, key_ops: ['verify'] })).to.deep.equal(['ES256']);
  });

  it('omits entries that are not keys', () => {
    expect(keySetOf(JSON.stringify({ keys: [null, 7, 'key', [], ec.jwk] }))).to.include({ unusable: 4 });
  });

  for (const [text, reason] of [
    ['', 'the response is not JSON'],
    ['<html>eyJsecret</html>', 'the response is not JSON'],
    ['null', 'the response is not a JWK Set: it has no list "keys"'],
    ['[]', 'the response is not a JWK Set: it has no list "keys"'],
    ['{"keys":{}}', 'the response is not a JWK Set: it has no list "keys"'],
    [JSON.stringify(ec.jwk), 'the response is not a JWK Set: it has no list "keys"'],
    [
      '{"jwks_uri":"https://a.example"}',
      'the response is not a JWK Set but the metadata of an issuer: set JWT_JWKS_URL to its jwks_uri, or JWT_ISSUERS to its issuer',
    ],
    ['{"keys":[]}', `${NONE}; it has none`],
    [jwksOf({ jwk: { ...ec.jwk, use: 'enc' } }), `${NONE}; it has "enc"`],
    [
      jwksOf(...['RS1', 'RS1', 'RSA-OAEP'].map((alg) => ({ jwk: { ...rsa.jwk, alg } }))),
      `${NONE}; it has "RS1", "RSA-OAEP"`,
    ],
    [jwksOf({ jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } }), `${NONE}; it has "Ed25519"`],
    ['{"keys":[7]}', `${NONE}; it has "unknown"`],
  ] as const)
    it(`is rejected when the response is ${text.slice(0, 24) || 'empty'}`, () => {
      expect(thrownBy(() => keySetOf(text)).message).to.equal(reason);
    });
});

describe('JWK Set lookup', () => {
  const fitting = (set: ReturnType<typeof setOf>, kid: string | undefined, alg: 'RS256' | 'PS256' | 'ES256') =>
    numberOfKeys(lookUpKeys(set, { kid, alg }));

  it('returns the keys with the kid and the algorithm of the JWT', () => {
    const set = setOf(ec.jwk, rsa.jwk);
    expect(fitting(set, 'ec-1', 'ES256')).to.equal(1);
    expect(fitting(set, 'rsa-1', 'RS256')).to.equal(1);
    expect(fitting(set, 'rsa-1', 'PS256')).to.equal(0);
    expect(fitting(set, 'rsa-1', 'ES256')).to.equal(0);
    expect(fitting(set, 'ec-2', 'ES256')).to.equal(0);
    expect(fitting(set, '', 'ES256')).to.equal(0);
  });

  it('returns the only key of the set when the JWT has no kid', () => {
    expect(fitting(setOf(ec.jwk), undefined, 'ES256')).to.equal(1);
    expect(fitting(setOf(ec.jwk), undefined, 'RS256')).to.equal(0);
    expect(fitting(setOf(ec.jwk, rsa.jwk), undefined, 'ES256')).to.equal(0);
    expect(fitting(setOf({ ...ec.jwk, kid: undefined }, rsa.jwk), undefined, 'ES256')).to.equal(0);
  });

  it('distinguishes two keys with the same kid by algorithm', () => {
    const set = setOf({ ...rsa.jwk, kid: 'same' }, { ...ec.jwk, kid: 'same' });
    expect(fitting(set, 'same', 'RS256')).to.equal(1);
    expect(fitting(set, 'same', 'ES256')).to.equal(1);
  });

  it('returns the key with the thumbprint of the JWT when that has no kid', () => {
    const set = setOf({ ...ec.jwk, kid: undefined, x5t: 'one' }, { ...ecKey('b').jwk, 'x5t#S256': 'two' }, rsa.jwk);
    const byThumbprints = (...thumbprints: string[]) =>
      numberOfKeys(lookUpKeys(set, { alg: 'ES256', kid: undefined, thumbprints }));
    expect(byThumbprints('one')).to.equal(1);
    expect(byThumbprints('two', 'unknown')).to.equal(1);
    expect(byThumbprints('unknown')).to.equal(0);
    expect(byThumbprints()).to.equal(0);
    expect(numberOfKeys(lookUpKeys(set, { alg: 'ES256', kid: 'ec-1', thumbprints: ['one'] }))).to.equal(0);
    expect(numberOfKeys(lookUpKeys(setOf(ec.jwk), { alg: 'ES256', kid: undefined, thumbprints: ['x'] }))).to.equal(1);
  });

  for (const kid of ['__proto__', 'constructor', 'toString'])
    it(`returns no key for the kid ${kid}`, () => {
      expect(fitting(setOf(ec.jwk), kid, 'ES256')).to.equal(0);
    });
});
