import { signedByHand, unsigned } from '../forged-jwt.ts';
import { SECRET } from '../jwt.ts';
import { bearer, CLAIMS, type HostileJwt, hs256, INVALID } from './row.ts';

const withHeader = (members: Readonly<Record<string, unknown>>): string =>
  hs256(CLAIMS, { header: { alg: 'HS256', typ: 'JWT', ...members } });
const withText = (header: string | Buffer): string => hs256(CLAIMS, { header });
const hmac = (alg: string, hash: string): string => hs256(CLAIMS, { header: { alg, typ: 'JWT' }, hash });
const NESTED = signedByHand(CLAIMS);
const WITH_NONE = bearer(unsigned(CLAIMS));

/** For a service with JWT_SECRET: headers that say what must not be believed, each under a signature that is right. */
// biome-ignore format: a corpus reads best with one entry a line
export const headers: readonly HostileJwt[] = [
  ['alg none', 'unsigned (RFC 8725, 3.2)', WITH_NONE, INVALID],
  ['alg none with a signature', 'the signature would not be checked', withHeader({ alg: 'none' }), INVALID],
  ['alg nOnE', 'none in another case', bearer(unsigned(CLAIMS, 'nOnE')), INVALID],
  ['alg NONE with a signature', 'none in another case', withHeader({ alg: 'NONE' }), INVALID],
  ['no alg', 'alg is required (RFC 7515, 4.1.1)', withText('{"typ":"JWT"}'), INVALID],
  ['alg null', 'not a string', withHeader({ alg: null }), INVALID],
  ['alg 256', 'not a string', withHeader({ alg: 256 }), INVALID],
  ['alg ["HS256"]', 'not a string, though it converts to one', withHeader({ alg: ['HS256'] }), INVALID],
  ['alg {}', 'not a string', withHeader({ alg: { toString: 'HS256' } }), INVALID],
  ['alg with a trailing space', 'not on the list', withHeader({ alg: 'HS256 ' }), INVALID],
  ['alg hs256', 'names are case-sensitive', withHeader({ alg: 'hs256' }), INVALID],
  ['alg HS384', 'the secret is too short for it', hmac('HS384', 'sha384'), INVALID],
  ['alg HS512', 'the secret is too short for it', hmac('HS512', 'sha512'), INVALID],
  ['alg RS256 over an HMAC', 'not the family of the key', withHeader({ alg: 'RS256' }), INVALID],
  ['alg ES256 over an HMAC', 'not the family of the key', withHeader({ alg: 'ES256' }), INVALID],
  ['alg EdDSA over an HMAC', 'not the family of the key', withHeader({ alg: 'EdDSA' }), INVALID],
  ['alg dir', 'an algorithm for encryption', withHeader({ alg: 'dir', enc: 'A128GCM' }), INVALID],
  ['alg PBES2 with a million rounds', 'costs CPU time (CVE-2023-50967)', withHeader({ alg: 'PBES2-HS256+A128KW', p2c: 1e9 }), INVALID],
  ['alg twice, none last', 'the last one counts', withText('{"alg":"HS256","alg":"none"}'), INVALID],
  ['alg inside __proto__', 'a prototype is not a header', withText('{"__proto__":{"alg":"HS256"}}'), INVALID],
  ['a header that is an array', 'not an object', withText('[{"alg":"HS256"}]'), INVALID],
  ['a header that is null', 'not an object', withText('null'), INVALID],
  ['a header that is a string', 'not an object', withText('"HS256"'), INVALID],
  ['a header cut short', 'not JSON', withText('{"alg":"HS256"'), INVALID],
  ['a header that is not UTF-8', 'not JSON (RFC 8259, 8.1)', withText(Buffer.from('{"alg":"HS256","x":"\xff"}', 'latin1')), INVALID],
  ['a header nested 2,500 deep', 'deep nesting costs parser time', withText(`{"alg":"none","x":${'['.repeat(2500)}${']'.repeat(2500)}}`), INVALID],
  ['crit ["exp"]', 'an unsupported extension (RFC 7515, 4.1.11)', withHeader({ crit: ['exp'] }), INVALID],
  ['crit of something unknown', 'an unsupported extension (CVE-2025-59420)', withHeader({ crit: ['bork'], bork: true }), INVALID],
  ['crit []', 'must not be empty', withHeader({ crit: [] }), INVALID],
  ['crit null', 'not a list', withHeader({ crit: null }), INVALID],
  ['crit ["b64"] and b64 false', 'a payload that is not encoded (RFC 7797)', withHeader({ crit: ['b64'], b64: false }), INVALID],
  ['b64 false without crit', 'a payload that is not encoded, without crit', withHeader({ b64: false }), INVALID],
  ['typ dpop+jwt', 'a proof, not a token (RFC 9449)', withHeader({ typ: 'dpop+jwt' }), INVALID],
  ['typ logout+jwt', 'a logout token (OpenID Back-Channel Logout)', withHeader({ typ: 'logout+jwt' }), INVALID],
  ['typ secevent+jwt', 'a security event (RFC 8417)', withHeader({ typ: 'secevent+jwt' }), INVALID],
  ['typ oauth-authz-req+jwt', 'a client\'s request (RFC 9101)', withHeader({ typ: 'oauth-authz-req+jwt' }), INVALID],
  ['typ JOSE+JSON', 'another form', withHeader({ typ: 'JOSE+JSON' }), INVALID],
  ['typ 7', 'not a string', withHeader({ typ: 7 }), INVALID],
  ['kid 1', 'not a string (RFC 7515, 4.1.4)', withHeader({ kid: 1 }), INVALID],
  ['kid {"$ne":null}', 'a query, not a string', withHeader({ kid: { $ne: null } }), INVALID],
  ['cty JWT', 'a nested token: its payload is not an object', hs256(NESTED, { header: { alg: 'HS256', cty: 'JWT' } }), INVALID],
  ['a jwk with its own secret', 'a key in the header is never used', hs256(CLAIMS, { header: { alg: 'HS256', jwk: { kty: 'oct', k: Buffer.from(SECRET.toUpperCase()).toString('base64url') } }, secret: SECRET.toUpperCase() }), INVALID],
];
