import { signedByHand } from '../forged-jwt.ts';
import { bearer, CLAIMS, type HostileJwt, INVALID, MISSING } from './row.ts';

const GOOD = signedByHand(CLAIMS);
const [HEADER = '', PAYLOAD = '', SIGNATURE = ''] = GOOD.split('.');
const OTHER_TAIL: Readonly<Record<string, string>> = { A: 'B', E: 'F', I: 'J', M: 'N', Q: 'R', U: 'V', Y: 'Z' };
const tail = SIGNATURE.slice(-1);
// The last character of 32 bytes has two bits to spare.
const SAME_BYTES = `${SIGNATURE.slice(0, -1)}${OTHER_TAIL[tail] ?? String.fromCharCode(tail.charCodeAt(0) + 1)}`;

/** For a service with JWT_SECRET: what is no JWT in the compact form (RFC 7515, 3.1), or is not sent as one (RFC 6750, 2.1). */
// biome-ignore format: a corpus reads best with one entry a line
export const forms: readonly HostileJwt[] = [
  ['no credentials', 'no token', '', MISSING],
  ['Basic credentials', 'another scheme', 'Basic YWxpY2U6c2VjcmV0', MISSING],
  ['DPoP credentials', 'another scheme, whose proof is not checked here', `DPoP ${GOOD}`, MISSING],
  ['a scheme and no token', 'no token', 'Bearer', MISSING],
  ['a scheme and spaces', 'no token', 'Bearer    ', MISSING],
  ['a token and no scheme', 'not the syntax of RFC 6750', GOOD, MISSING],
  ['Bearer: in place of Bearer', 'another scheme', `Bearer: ${GOOD}`, MISSING],
  ['a tab after the scheme', 'only spaces are allowed', `Bearer\t${GOOD}`, MISSING],
  ['a word', 'not three parts', 'Bearer garbage', INVALID],
  ['undefined', 'what a careless client sends', 'Bearer undefined', INVALID],
  ['[object Object]', 'what a careless client sends', 'Bearer [object Object]', INVALID],
  ['two dots', 'three empty parts', 'Bearer ..', INVALID],
  ['8,000 dots', 'as many parts', bearer('.'.repeat(8000)), INVALID],
  ['a header alone', 'not three parts', bearer(`${HEADER}..`), INVALID],
  ['five parts', 'the form of an encrypted token (RFC 7516)', bearer(`${HEADER}.a.b.c.d`), INVALID],
  ['a fourth part', 'the signature does not cover it', bearer(`${GOOD}.${PAYLOAD}`), INVALID],
  ['a trailing dot', 'an empty fourth part', bearer(`${GOOD}.`), INVALID],
  ['a leading dot', 'an empty header', bearer(`.${GOOD}`), INVALID],
  ['no signature', 'unsigned', bearer(`${HEADER}.${PAYLOAD}.`), INVALID],
  ['no signature and no dot', 'unsigned', bearer(`${HEADER}.${PAYLOAD}`), INVALID],
  ['padding', 'base64url without padding (RFC 7515, 2)', bearer(`${GOOD}=`), INVALID],
  ['base64 in place of base64url', 'another alphabet', bearer(`${HEADER}.${PAYLOAD}.${'+/'.repeat(21)}A`), INVALID],
  ['a last character with stray bits', 'a second encoding of the same token', bearer(`${HEADER}.${PAYLOAD}.${SAME_BYTES}`), INVALID],
  ['a part of one character', 'not a whole byte', bearer(`${HEADER}.A.${SIGNATURE}`), INVALID],
  ['a space inside', 'not in the base64url alphabet', bearer(`${HEADER}. ${PAYLOAD}.${SIGNATURE}`), INVALID],
  ['a letter with an accent', 'not in the base64url alphabet', bearer(`${HEADER}.${PAYLOAD}é.${SIGNATURE}`), INVALID],
  ['quotes around it', 'not in the base64url alphabet', bearer(`"${GOOD}"`), INVALID],
  ['percent signs', 'not in the base64url alphabet', bearer(GOOD.replaceAll('.', '%2E')), INVALID],
  ['two tokens with a comma', 'ambiguous', bearer(`${GOOD}, Bearer ${GOOD}`), INVALID],
  ['the scheme twice', 'not part of a token', bearer(`Bearer ${GOOD}`), INVALID],
  ['the JSON form', 'not the compact form (RFC 7515, 7.2)', bearer(`{"protected":"${HEADER}","payload":"${PAYLOAD}","signature":"${SIGNATURE}"}`), INVALID],
  ['12,000 characters', 'not the signature of so long a payload', bearer(`${HEADER}.${'A'.repeat(12_000)}.${SIGNATURE}`), INVALID],
];
