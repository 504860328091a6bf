import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { signatures, signedAs, signedByHand } from '../forged-jwt.ts';
import { SECRET } from '../jwt.ts';
import { ecKey, rsaKey } from '../signing-key.ts';
import { bearer, CLAIMS, type HostileJwt, hs256, INVALID, NOW } from './row.ts';

export const rsa = rsaKey('rsa-1');
export const ec = ecKey('ec-1');
const otherRsa = rsaKey('rsa-1');
const otherEc = ecKey('ec-1');
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const der = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const modulus = Buffer.from(String(rsa.jwk.n), 'base64url');

const [HEADER = '', , SIGNATURE = ''] = signedByHand(CLAIMS).split('.');
const ADMIN = Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'alice' })).toString('base64url');

const as = (alg: string, make: (signed: Buffer) => Buffer, more: Readonly<Record<string, unknown>> = {}): string =>
  bearer(signedAs({ alg, typ: 'JWT', ...more }, CLAIMS, make));
const bytes =
  (length: number, value = 0) =>
  () =>
    Buffer.alloc(length, value);
// The order of P-256 (FIPS 186-4, D.1.2.3): no r or s may be as large.
const ORDER = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');

/** For a service with JWT_SECRET: signatures that are not its own. */
// biome-ignore format: a corpus reads best with one entry a line
export const underSecret: readonly HostileJwt[] = [
  ['another secret', 'signed with another key', hs256(CLAIMS, { secret: 'another-secret-for-tests-of-32-bytes' }), INVALID],
  ['an empty secret', 'a common guess', hs256(CLAIMS, { secret: '' }), INVALID],
  ['the secret "secret"', 'a common guess', hs256(CLAIMS, { secret: 'secret' }), INVALID],
  ['the secret and a line end', 'not the same bytes', hs256(CLAIMS, { secret: `${SECRET}\n` }), INVALID],
  ['another payload', 'signed for other claims', bearer(`${HEADER}.${ADMIN}.${SIGNATURE}`), INVALID],
  ['a signature cut short', 'not the whole signature', bearer(signedByHand(CLAIMS).slice(0, -4)), INVALID],
  ['a flipped bit in the signature', 'not the signature', bearer(signedAs({ alg: 'HS256' }, CLAIMS, (signed) => { const mac = createHmac('sha256', SECRET).update(signed).digest(); mac[0] = (mac[0] ?? 0) ^ 1; return mac; })), INVALID],
  ['a signature of 32 zeros', 'not the signature', as('HS256', bytes(32)), INVALID],
  ['a signature over the payload only', 'the header would not be signed', as('HS256', (signed) => createHmac('sha256', SECRET).update(signed.subarray(signed.indexOf('.') + 1)).digest()), INVALID],
  ['HMAC with SHA-512, cut to 32 bytes', 'another algorithm', as('HS256', (signed) => createHmac('sha512', SECRET).update(signed).digest().subarray(0, 32)), INVALID],
  ['RS256 with an RSA key', 'not the family of the key', as('RS256', signatures.RS256(otherRsa.privateKey)), INVALID],
];

/** For a service with an RSA key as JWT_PUBLIC_KEY. */
// biome-ignore format: a corpus reads best with one entry a line
export const underRsa: readonly HostileJwt[] = [
  ['HS256 with the public key in PEM', 'a public key is not a secret (RFC 8725, 2.1)', hs256(CLAIMS, { secret: pem(rsa.publicKey) }), INVALID],
  ['HS256 with the public key in trimmed PEM', 'a public key is not a secret', hs256(CLAIMS, { secret: pem(rsa.publicKey).trim() }), INVALID],
  ['HS256 with the public key in DER', 'a public key is not a secret', hs256(CLAIMS, { secret: der(rsa.publicKey) }), INVALID],
  ['HS256 with the public key as JWK', 'a public key is not a secret', hs256(CLAIMS, { secret: JSON.stringify(rsa.jwk) }), INVALID],
  ['HS256 with the modulus of the public key', 'a public key is not a secret', hs256(CLAIMS, { secret: modulus }), INVALID],
  ['RS256 with another key', 'signed with another key', as('RS256', signatures.RS256(otherRsa.privateKey)), INVALID],
  ['RS256 with another key in the header as jwk', 'a key in the header is never used', as('RS256', signatures.RS256(otherRsa.privateKey), { jwk: otherRsa.jwk }), INVALID],
  ['RS256 with another key in the header as x5c', 'a key in the header is never used', as('RS256', signatures.RS256(otherRsa.privateKey), { x5c: [der(otherRsa.publicKey).toString('base64')] }), INVALID],
  ['RS256 over SHA-512', 'another hash', as('RS256', signatures.RS512(rsa.privateKey)), INVALID],
  ['RS512', 'not in JWT_ALGORITHMS', as('RS512', signatures.RS512(rsa.privateKey)), INVALID],
  ['a PSS signature as RS256', 'another padding', as('RS256', signatures.PS256(rsa.privateKey)), INVALID],
  ['a PKCS#1 signature as PS256', 'another padding', as('PS256', signatures.RS256(rsa.privateKey)), INVALID],
  ['PS256 with a salt of no bytes', 'the salt must be 32 bytes (RFC 7518, 3.5)', as('PS256', signatures.PS256(rsa.privateKey, 0)), INVALID],
  ['PS256 with a salt of 222 bytes', 'the salt must be 32 bytes', as('PS256', signatures.PS256(rsa.privateKey, 222)), INVALID],
  ['an RS256 signature of zeros', 'not a signature', as('RS256', bytes(256)), INVALID],
  ['an RS256 signature of the number one', 'not a signature', as('RS256', () => Buffer.concat([Buffer.alloc(255), Buffer.of(1)])), INVALID],
  ['an RS256 signature equal to the modulus', 'not a signature', as('RS256', () => modulus), INVALID],
  ['an RS256 signature of 4 KiB', 'not a signature', as('RS256', bytes(4096, 1)), INVALID],
  ['ES256 with an EC key', 'not the family of the key', as('ES256', signatures.ES256(otherEc.privateKey)), INVALID],
  ['alg none', 'unsigned', bearer(signedAs({ alg: 'none' }, CLAIMS, bytes(0))), INVALID],
  ['expired', 'already expired', bearer(rsa.sign({ exp: NOW - 60 })), INVALID],
];

/** For a service with an EC key as JWT_PUBLIC_KEY. */
// biome-ignore format: a corpus reads best with one entry a line
export const underEc: readonly HostileJwt[] = [
  ['an ES256 signature of zeros', 'r and s may not be zero (CVE-2022-21449)', as('ES256', bytes(64)), INVALID],
  ['an ES256 signature with r and s equal to the order', 'equivalent to zero', as('ES256', () => Buffer.concat([ORDER, ORDER])), INVALID],
  ['an ES256 signature of ones', 'not a signature', as('ES256', bytes(64, 255)), INVALID],
  ['an ES256 signature in DER', 'not the form of RFC 7518, 3.4', as('ES256', signatures.DER(ec.privateKey)), INVALID],
  ['an ES256 signature of 63 bytes', 'too short', as('ES256', (signed) => signatures.ES256(ec.privateKey)(signed).subarray(1)), INVALID],
  ['an ES256 signature of 65 bytes', 'too long', as('ES256', (signed) => Buffer.concat([signatures.ES256(ec.privateKey)(signed), Buffer.of(0)])), INVALID],
  ['ES256 with another key', 'signed with another key', as('ES256', signatures.ES256(otherEc.privateKey)), INVALID],
  ['ES256 with another key in the header as jwk', 'a key in the header is never used (CVE-2018-0114)', as('ES256', signatures.ES256(otherEc.privateKey), { jwk: otherEc.jwk }), INVALID],
  ['ES256 with a key on P-384', 'another curve', as('ES256', signatures.ES256(p384)), INVALID],
  ['ES256 with a key on secp256k1', 'another curve of the same size', as('ES256', signatures.ES256(k256)), INVALID],
  ['ES256K with the right key', 'not in JWT_ALGORITHMS', as('ES256K', signatures.ES256(ec.privateKey)), INVALID],
  ['ES384 with the right key', 'not in JWT_ALGORITHMS', as('ES384', signatures.ES256(ec.privateKey)), INVALID],
  ['RS256 over an ES256 signature', 'not the family of the key', as('RS256', signatures.ES256(ec.privateKey)), INVALID],
  ['HS256 with the public key in PEM', 'a public key is not a secret', hs256(CLAIMS, { secret: pem(ec.publicKey) }), INVALID],
  ['HS256 with the public key in DER', 'a public key is not a secret', hs256(CLAIMS, { secret: der(ec.publicKey) }), INVALID],
];
