import { signedByHand } from '../forged-jwt.ts';
import { bearer, CLAIMS, type HostileJwt, hs256, INVALID, MISSING } from './row.ts';

const GOOD = signedByHand(CLAIMS);
const [HEADER = '', PAYLOAD = '', SIGNATURE = ''] = GOOD.split('.');
const OTHER_TAIL: Readonly<Record<string, string>> = { A: 'B', E: 'F', I: 'J', M: 'N', Q: 'R', U: 'V', Y: 'Z' };
const tail = SIGNATURE.slice(-1);
// The last character of 32 bytes has two bits to spare.
const SAME_BYTES = `${SIGNATURE.slice(0, -1)}${OTHER_TAIL[tail] ?? String.fromCharCode(tail.charCodeAt(0) + 1)}`;

/** For a service with JWT_SECRET: what is no JWT in the compact form (RFC 7515, 3.1), or is not sent as one (RFC 6750, 2.1). */
// biome-ignore format: a corpus reads best with one entry a line
export const forms: readonly HostileJwt[] = [
  ['no credentials', 'nothing to go by', '', MISSING],
  ['Basic credentials', 'another scheme', 'Basic YWxpY2U6c2VjcmV0', MISSING],
  ['DPoP credentials', 'another scheme, whose proof is not checked here', `DPoP ${GOOD}`, MISSING],
  ['a scheme and no token', 'nothing to go by', 'Bearer', MISSING],
  ['a scheme and spaces', 'nothing to go by', 'Bearer    ', MISSING],
  ['a token and no scheme', 'not the syntax of RFC 6750', GOOD, MISSING],
  ['Bearer: in place of Bearer', 'another scheme', `Bearer: ${GOOD}`, MISSING],
  ['a tab behind the scheme', 'the syntax has spaces alone', `Bearer\t${GOOD}`, MISSING],
  ['a word', 'not three parts', 'Bearer garbage', INVALID],
  ['undefined', 'what a careless client sends', 'Bearer undefined', INVALID],
  ['[object Object]', 'what a careless client sends', 'Bearer [object Object]', INVALID],
  ['two dots', 'three empty parts', 'Bearer ..', INVALID],
  ['8,000 dots', 'as many parts', bearer('.'.repeat(8000)), INVALID],
  ['a header alone', 'not three parts', bearer(`${HEADER}..`), INVALID],
  ['five parts', 'the form of an encrypted token (RFC 7516)', bearer(`${HEADER}.a.b.c.d`), INVALID],
  ['a fourth part', 'what stands there is signed by nobody', bearer(`${GOOD}.${PAYLOAD}`), INVALID],
  ['a dot behind', 'a fourth part, if an empty one', bearer(`${GOOD}.`), INVALID],
  ['a dot before', 'an empty header', bearer(`.${GOOD}`), INVALID],
  ['no signature', 'anybody could have written it', bearer(`${HEADER}.${PAYLOAD}.`), INVALID],
  ['no signature, nor its dot', 'anybody could have written it', bearer(`${HEADER}.${PAYLOAD}`), INVALID],
  ['padding', 'base64url without padding (RFC 7515, 2)', bearer(`${GOOD}=`), INVALID],
  ['base64 in place of base64url', 'another alphabet', bearer(`${HEADER}.${PAYLOAD}.${'+/'.repeat(21)}A`), INVALID],
  ['a last character with stray bits', 'a second text for the same token', bearer(`${HEADER}.${PAYLOAD}.${SAME_BYTES}`), INVALID],
  ['a part of one character', 'no byte is that short', bearer(`${HEADER}.A.${SIGNATURE}`), INVALID],
  ['a space inside', 'no character of base64url', bearer(`${HEADER}. ${PAYLOAD}.${SIGNATURE}`), INVALID],
  ['a letter with an accent', 'no character of base64url', bearer(`${HEADER}.${PAYLOAD}é.${SIGNATURE}`), INVALID],
  ['quotes around it', 'no character of base64url', bearer(`"${GOOD}"`), INVALID],
  ['percent signs', 'no character of base64url', bearer(GOOD.replaceAll('.', '%2E')), INVALID],
  ['two tokens with a comma', 'which of them is meant?', bearer(`${GOOD}, Bearer ${GOOD}`), INVALID],
  ['the scheme twice', 'the second is no part of a token', bearer(`Bearer ${GOOD}`), INVALID],
  ['the JSON form', 'not the compact form (RFC 7515, 7.2)', bearer(`{"protected":"${HEADER}","payload":"${PAYLOAD}","signature":"${SIGNATURE}"}`), INVALID],
  ['12,000 characters', 'longer than a token may be', bearer(`${HEADER}.${'A'.repeat(12_000)}.${SIGNATURE}`), INVALID],
  ['8 KiB of a true claim', 'longer than a token may be, however well it is signed', hs256({ ...CLAIMS, more: 'a'.repeat(6_200) }), INVALID],
];
