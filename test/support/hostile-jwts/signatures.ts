import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { signatures, signedAs, signedByHand } from '../forged-jwt.ts';
import { SECRET } from '../jwt.ts';
import { ecKey, edKey, rsaKey } from '../signing-key.ts';
import { bearer, CLAIMS, type HostileJwt, hs256, INVALID, NOW } from './row.ts';

export const rsa = rsaKey('rsa-1');
export const ec = ecKey('ec-1');
const otherRsa = rsaKey('rsa-1');
const otherEc = ecKey('ec-1');
export const [ec384, ec521] = [ecKey('ec-384', 'ES384'), ecKey('ec-521', 'ES512')];
export const ed = edKey('ed-1');
const otherEd = edKey('ed-1');
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
  ['RS512 over SHA-256', 'another hash', as('RS512', signatures.RS256(rsa.privateKey)), INVALID],
  ['PS512 with a salt of 32 bytes', 'the salt must be as long as the hash', as('PS512', signatures.PS512(rsa.privateKey, 32)), INVALID],
  ['PS384 over SHA-256', 'another hash', as('PS384', signatures.PS256(rsa.privateKey)), INVALID],
  ['EdDSA with an Ed25519 key', 'not the family of the key', as('EdDSA', signatures.EdDSA(otherEd.privateKey)), INVALID],
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
  ['ES256K with the right key', 'not an algorithm of ticketd', as('ES256K', signatures.ES256(ec.privateKey)), INVALID],
  ['ES384 with the right key', 'not the algorithm of its curve', as('ES384', signatures.ES256(ec.privateKey)), INVALID],
  ['RS256 over an ES256 signature', 'not the family of the key', as('RS256', signatures.ES256(ec.privateKey)), INVALID],
  ['HS256 with the public key in PEM', 'a public key is not a secret', hs256(CLAIMS, { secret: pem(ec.publicKey) }), INVALID],
  ['HS256 with the public key in DER', 'a public key is not a secret', hs256(CLAIMS, { secret: der(ec.publicKey) }), INVALID],
];

// The order of the group of Ed25519 (RFC 8032, 5.1), in little-endian.
const ED_ORDER = BigInt('0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed');
const fromLittleEndian = (part: Buffer): bigint => BigInt(`0x${Buffer.from(part).reverse().toString('hex')}`);
const toLittleEndian = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse();

/** The same signature with the order added to its second half, which a careless check accepts. */
const malleated = (signature: Buffer): Buffer =>
  Buffer.concat([signature.subarray(0, 32), toLittleEndian(fromLittleEndian(signature.subarray(32)) + ED_ORDER)]);

/** For a service with an Ed25519 key as JWT_PUBLIC_KEY. */
// biome-ignore format: a corpus reads best with one entry a line
export const underEd: readonly HostileJwt[] = [
  ['EdDSA with another key', 'signed with another key', as('EdDSA', signatures.EdDSA(otherEd.privateKey)), INVALID],
  ['EdDSA with another key in the header as jwk', 'a key in the header is never used', as('EdDSA', signatures.EdDSA(otherEd.privateKey), { jwk: otherEd.jwk }), INVALID],
  ['an EdDSA signature of zeros', 'not a signature', as('EdDSA', bytes(64)), INVALID],
  ['an EdDSA signature of no bytes', 'not a signature', as('EdDSA', bytes(0)), INVALID],
  ['an EdDSA signature of 63 bytes', 'too short', as('EdDSA', (signed) => signatures.EdDSA(ed.privateKey)(signed).subarray(1)), INVALID],
  ['an EdDSA signature of 65 bytes', 'too long', as('EdDSA', (signed) => Buffer.concat([signatures.EdDSA(ed.privateKey)(signed), Buffer.of(0)])), INVALID],
  ['an EdDSA signature whose second half is not reduced', 'a second signature of the same text (RFC 8032, 5.1.7)', as('EdDSA', (signed) => malleated(signatures.EdDSA(ed.privateKey)(signed))), INVALID],
  ['the right signature as Ed25519', 'not the name that ticketd accepts', as('Ed25519', signatures.EdDSA(ed.privateKey)), INVALID],
  ['the right signature as Ed448', 'another curve', as('Ed448', signatures.EdDSA(ed.privateKey)), INVALID],
  ['the right signature as ES256', 'not the family of the key', as('ES256', signatures.EdDSA(ed.privateKey)), INVALID],
  ['HS256 with the public key in PEM', 'a public key is not a secret', hs256(CLAIMS, { secret: pem(ed.publicKey) }), INVALID],
  ['HS256 with the 32 bytes of the public key', 'a public key is not a secret', hs256(CLAIMS, { secret: Buffer.from(String(ed.jwk.x), 'base64url') }), INVALID],
  ['alg none', 'unsigned', bearer(signedAs({ alg: 'none' }, CLAIMS, bytes(0))), INVALID],
  ['expired', 'already expired', bearer(ed.sign({ exp: NOW - 60 })), INVALID],
  ['not valid yet', 'nbf in an hour', bearer(ed.sign({ nbf: NOW + 3600 })), INVALID],
  ['issued in the future', 'iat in an hour', bearer(ed.sign({ iat: NOW + 3600 })), INVALID],
];

/** For a service with EC keys on P-384 and P-521 as JWT_PUBLIC_KEY. */
// biome-ignore format: a corpus reads best with one entry a line
export const underLargeEc: readonly HostileJwt[] = [
  ['ES384 with the key on P-521', 'another curve', as('ES384', signatures.ES384(ec521.privateKey)), INVALID],
  ['ES512 with the key on P-384', 'another curve', as('ES512', signatures.ES512(ec384.privateKey)), INVALID],
  ['ES256 with the key on P-384', 'another curve', as('ES256', signatures.ES256(ec384.privateKey)), INVALID],
  ['ES384 over SHA-512', 'another hash', as('ES384', signatures.ES512(ec384.privateKey)), INVALID],
  ['ES384 in DER', 'not the form of RFC 7518, 3.4', as('ES384', signatures.DER(ec384.privateKey)), INVALID],
  ['an ES384 signature of zeros', 'r and s may not be zero', as('ES384', bytes(96)), INVALID],
  ['an ES512 signature of zeros', 'r and s may not be zero', as('ES512', bytes(132)), INVALID],
  ['an ES512 signature of 131 bytes', 'too short', as('ES512', (signed) => signatures.ES512(ec521.privateKey)(signed).subarray(1)), INVALID],
  ['HS384 with the public key in PEM', 'a public key is not a secret', hs256(CLAIMS, { header: { alg: 'HS384' }, hash: 'sha384', secret: pem(ec384.publicKey) }), INVALID],
  ['HS512 with the public key in PEM', 'a public key is not a secret', hs256(CLAIMS, { header: { alg: 'HS512' }, hash: 'sha512', secret: pem(ec521.publicKey) }), INVALID],
];
