import { CLAIMS, type HostileJwt, hs256, INVALID, NOW } from './row.ts';

const withClaims = (claims: Readonly<Record<string, unknown>>): string => hs256({ ...CLAIMS, ...claims });
const withText = (payload: string | Buffer): string => hs256(payload);

/** For a service with JWT_SECRET: payloads that must not be believed, each under a signature that is right. */
// biome-ignore format: a corpus reads best with one entry a line
export const claims: readonly HostileJwt[] = [
  ['expired an hour ago', 'already expired', withClaims({ exp: NOW - 3600 }), INVALID],
  ['expired a second ago', 'a ticket never outlives its JWT', withClaims({ exp: NOW - 1 }), INVALID],
  ['exp 0', 'already expired', withClaims({ exp: 0 }), INVALID],
  ['exp -1', 'already expired', withClaims({ exp: -1 }), INVALID],
  ['no exp', 'it would never expire', withClaims({ exp: undefined }), INVALID],
  ['exp null', 'not a number', withClaims({ exp: null }), INVALID],
  ['exp as a string', 'not a number', withClaims({ exp: String(NOW + 3600) }), INVALID],
  ['exp true', 'not a number', withClaims({ exp: true }), INVALID],
  ['exp in an array', 'not a number, though it converts to one', withClaims({ exp: [NOW + 3600] }), INVALID],
  ['exp 1e300', 'beyond the range of dates', withClaims({ exp: 1e300 }), INVALID],
  ['exp 1e999', 'infinite', withText(`{"sub":"mallory","exp":1e999}`), INVALID],
  ['exp in microseconds', 'beyond the range of dates', withClaims({ exp: NOW * 1_000_000 }), INVALID],
  ['nbf in an hour', 'not valid yet', withClaims({ nbf: NOW + 3600 }), INVALID],
  ['nbf as a string', 'not a number', withClaims({ nbf: String(NOW - 60) }), INVALID],
  ['nbf null', 'not a number', withClaims({ nbf: null }), INVALID],
  ['iat in an hour', 'issued in the future', withClaims({ iat: NOW + 3600 }), INVALID],
  ['iat 1e999', 'not a finite number', withText(`{"sub":"mallory","exp":${NOW + 3600},"iat":1e999}`), INVALID],
  ['iat as a string', 'not a number', withClaims({ iat: String(NOW) }), INVALID],
  ['iat null', 'not a number', withClaims({ iat: null }), INVALID],
  ['no sub', 'no subject', withClaims({ sub: undefined }), INVALID],
  ['sub empty', 'no subject', withClaims({ sub: '' }), INVALID],
  ['sub null', 'no subject', withClaims({ sub: null }), INVALID],
  ['sub 7', 'not a string', withClaims({ sub: 7 }), INVALID],
  ['sub true', 'not a string', withClaims({ sub: true }), INVALID],
  ['sub ["alice"]', 'not a string, though it converts to one', withClaims({ sub: ['alice'] }), INVALID],
  ['sub {}', 'not a string', withClaims({ sub: { id: 'alice' } }), INVALID],
  ['sub of 1,025 characters', 'longer than 1,024 characters', withClaims({ sub: 'a'.repeat(1025) }), INVALID],
  ['sub inside __proto__', 'a prototype is not a claim', withText(`{"__proto__":{"sub":"alice"},"exp":${NOW + 3600}}`), INVALID],
  ['a session that is an object', 'it could not be revoked', withClaims({ sessionId: { a: 1 } }), INVALID],
  ['a session that is a number', 'it could not be revoked', withClaims({ sessionId: 7 }), INVALID],
  ['a session that is empty', 'it could not be revoked', withClaims({ sessionId: '' }), INVALID],
  ['a session of 1,025 characters', 'longer than 1,024 characters', withClaims({ sessionId: 'a'.repeat(1025) }), INVALID],
  ['sid false', 'it could not be revoked', withClaims({ sid: false }), INVALID],
  ['a payload that is an array', 'not an object', withText(JSON.stringify([CLAIMS])), INVALID],
  ['a payload that is null', 'not an object', withText('null'), INVALID],
  ['a payload that is a string', 'not an object', withText('"sub"'), INVALID],
  ['a payload that is a number', 'not an object', withText('42'), INVALID],
  ['a payload cut short', 'not JSON', withText('{"sub":"mallory"'), INVALID],
  ['a payload of bytes', 'not JSON', withText(Buffer.from([0, 255, 128, 7])), INVALID],
  ['a payload nested 2,500 deep', 'deep nesting costs parser time', withText(`{"x":${'['.repeat(2500)}${']'.repeat(2500)}}`), INVALID],
];
