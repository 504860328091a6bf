import { createSecretKey, type KeyObject } from 'node:crypto';
import { signatures, signedAs } from '../forged-jwt.ts';
import { ecKey, type Jwk, rsaKey, type SigningKey } from '../signing-key.ts';
import { bearer, CLAIMS, type HostileJwt, hs256, INVALID } from './row.ts';
import { ec, rsa } from './signatures.ts';

const forEncryption = ecKey('encryption-1');
const leaked = ecKey('leaked-1');
const weak = rsaKey('weak-1', 1024);
const own = ecKey('ec-1');
const secret = createSecretKey(Buffer.from('a-secret-that-somebody-published-32-bytes'));

/** What the provider publishes: two good keys, and four that are not to be used. */
export const published: readonly { readonly jwk: Jwk }[] = [
  rsa,
  ec,
  { jwk: { ...forEncryption.jwk, use: 'enc' } },
  { jwk: { ...leaked.privateKey.export({ format: 'jwk' }), kid: 'leaked-1' } },
  weak,
  { jwk: { ...secret.export({ format: 'jwk' }), kid: 'secret-1', alg: 'HS256' } },
];

export const ISSUER = 'https://login.example.com/';
export const AUDIENCE = 'ticketd';
const MALLORY = 'https://mallory.example/jwks.json';
/** For a service that verifies the JWTs of this issuer with the published keys, and requires `AUDIENCE`. */
export const underPublishedOf = (issuer: string): readonly HostileJwt[] => {
  const named = { iss: issuer, aud: AUDIENCE };

  const es256 = (header: Jwk, key: KeyObject = ec.privateKey): string =>
    bearer(signedAs({ alg: 'ES256', ...header }, { ...CLAIMS, ...named }, signatures.ES256(key)));
  const ps256 = (kid: string): string =>
    bearer(signedAs({ alg: 'PS256', kid }, { ...CLAIMS, ...named }, signatures.PS256(rsa.privateKey)));
  // By hand, since a library does not sign with a key so weak.
  const rs256 = (key: SigningKey): string =>
    bearer(signedAs({ alg: 'RS256', kid: key.kid }, { ...CLAIMS, ...named }, signatures.RS256(key.privateKey)));
  const under = (key: SigningKey): string => bearer(key.sign(named));
  const claiming = (claims: Readonly<Record<string, unknown>>): string => bearer(ec.sign({ ...named, ...claims }));
  const secretly = (kid: string, key: string | Buffer): string =>
    hs256({ ...CLAIMS, ...named }, { header: { alg: 'HS256', kid }, secret: key });

  // biome-ignore format: a corpus reads best with one entry a line
  return [
    ['no kid', 'ambiguous with several keys', es256({}), INVALID],
    ['kid empty', 'unknown key id', es256({ kid: '' }), INVALID],
    ['kid unknown', 'unknown key id', es256({ kid: 'ec-2' }), INVALID],
    ['kid in upper case', 'ids are case-sensitive', es256({ kid: 'EC-1' }), INVALID],
    ['kid of another key', 'signed with another key', es256({ kid: 'rsa-1' }), INVALID],
    ['kid with a path to /dev/null', 'an id, not a path', es256({ kid: '../../../../dev/null' }), INVALID],
    ['kid with SQL in it', 'an id, not a query', es256({ kid: "x' UNION SELECT 'key" }), INVALID],
    ['kid with a command in it', 'an id, not a command', es256({ kid: '|/usr/bin/id' }), INVALID],
    ['kid that is a URL', 'an id, not an address', es256({ kid: MALLORY }), INVALID],
    ['kid __proto__', 'a prototype is not a key', es256({ kid: '__proto__' }), INVALID],
    ['kid constructor', 'a prototype is not a key', es256({ kid: 'constructor' }), INVALID],
    ['kid with a trailing NUL', 'unknown key id', es256({ kid: 'ec-1\u0000' }), INVALID],
    ['kid of 5,000 characters', 'unknown key id', es256({ kid: 'k'.repeat(5000) }), INVALID],
    ['kid in an array', 'not a string, though it converts to one', es256({ kid: ['ec-1'] }), INVALID],
    ['another key with the same kid', 'signed with another key', under(own), INVALID],
    ['another key in the header as jwk', 'a key in the header is never used', es256({ kid: 'ec-1', jwk: own.jwk }, own.privateKey), INVALID],
    ['another key at a jku in the header', 'keys come only from the provider', es256({ kid: 'ec-1', jku: MALLORY }, own.privateKey), INVALID],
    ['another key and kid at a jku in the header', 'keys come only from the provider', es256({ kid: 'ec-9', jku: MALLORY }, own.privateKey), INVALID],
    ['another key at an x5u in the header', 'keys come only from the provider', es256({ kid: 'ec-9', x5u: MALLORY }, own.privateKey), INVALID],
    ['PS256 with a key for RS256', 'the alg of the key allows no other', ps256('rsa-1'), INVALID],
    ['a key for encryption', 'not meant for signing (RFC 7517, 4.2)', under(forEncryption), INVALID],
    ['an RSA key of 1,024 bits', 'too weak (RFC 7518, 3.3)', rs256(weak), INVALID],
    ['a key whose private part is published', 'the signing key is public', under(leaked), INVALID],
    ['a secret that is published', 'the signing key is public', secretly('secret-1', secret.export()), INVALID],
    ['HS256 with the public key in PEM', 'a public key is not a secret', secretly('rsa-1', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()), INVALID],
    ['HS256 with the kid as secret', 'an id is not a secret', secretly('ec-1', 'ec-1'), INVALID],
    ['no iss', 'no issuer', claiming({ iss: undefined }), INVALID],
    ['another iss', 'not the same issuer', claiming({ iss: 'https://login.example.org/' }), INVALID],
    ['iss without the trailing slash', 'not the same issuer', claiming({ iss: issuer.slice(0, -1) }), INVALID],
    ['iss with a suffix', 'not the same issuer', claiming({ iss: `${issuer}tenant` }), INVALID],
    ['iss in a list', 'an issuer is one string', claiming({ iss: [issuer] }), INVALID],
    ['no aud', 'no audience', claiming({ aud: undefined }), INVALID],
    ['another aud', 'not the same audience', claiming({ aud: 'billing' }), INVALID],
    ['aud in another case', 'not the same audience', claiming({ aud: 'Ticketd' }), INVALID],
    ['aud with the same prefix', 'not the same audience', claiming({ aud: 'ticketd-admin' }), INVALID],
    ['several other aud values', 'not the same audience', claiming({ aud: ['billing', 'mail'] }), INVALID],
    ['aud as an object', 'neither string nor list', claiming({ aud: { ticketd: true } }), INVALID],
    ['aud nested', 'the list must contain strings', claiming({ aud: [['ticketd']] }), INVALID],
  ];
};

/** For a service with JWT_JWKS_URL, JWT_ISSUER and JWT_AUDIENCE. */
export const underPublished = underPublishedOf(ISSUER);
