import { signedByHand } from '../forged-jwt.ts';
import { bearer, CLAIMS, type HostileJwt, INVALID, MISSING } from './row.ts';

const OTHER_TAIL: Readonly<Record<string, string>> = { A: 'B', E: 'F', I: 'J', M: 'N', Q: 'R', U: 'V', Y: 'Z' };

// The last character of most signatures has bits to spare: two after 32 bytes, four after 64.
const sameBytes = (signature: string): string => {
  const tail = signature.slice(-1);
  return `${signature.slice(0, -1)}${OTHER_TAIL[tail] ?? String.fromCharCode(tail.charCodeAt(0) + 1)}`;
};

/** A good JWT as what is none in the compact form (RFC 7515, 3.1), or is not sent as one (RFC 6750, 2.1). */
export const formsOf = (good: string): readonly HostileJwt[] => {
  const [header = '', payload = '', signature = ''] = good.split('.');
  // biome-ignore format: a corpus reads best with one entry a line
  return [
    ['no credentials', 'no token', '', MISSING],
    ['Basic credentials', 'another scheme', 'Basic YWxpY2U6c2VjcmV0', MISSING],
    ['DPoP credentials', 'another scheme, whose proof is not checked here', `DPoP ${good}`, MISSING],
    ['a scheme and no token', 'no token', 'Bearer', MISSING],
    ['a scheme and spaces', 'no token', 'Bearer    ', MISSING],
    ['a token and no scheme', 'not the syntax of RFC 6750', good, MISSING],
    ['Bearer: in place of Bearer', 'another scheme', `Bearer: ${good}`, MISSING],
    ['a tab after the scheme', 'only spaces are allowed', `Bearer\t${good}`, MISSING],
    ['a word', 'not three parts', 'Bearer garbage', INVALID],
    ['undefined', 'what a careless client sends', 'Bearer undefined', INVALID],
    ['[object Object]', 'what a careless client sends', 'Bearer [object Object]', INVALID],
    ['two dots', 'three empty parts', 'Bearer ..', INVALID],
    ['8,000 dots', 'as many parts', bearer('.'.repeat(8000)), INVALID],
    ['a header alone', 'not three parts', bearer(`${header}..`), INVALID],
    ['five parts', 'the form of an encrypted token (RFC 7516)', bearer(`${header}.a.b.c.d`), INVALID],
    ['a fourth part', 'the signature does not cover it', bearer(`${good}.${payload}`), INVALID],
    ['a trailing dot', 'an empty fourth part', bearer(`${good}.`), INVALID],
    ['a leading dot', 'an empty header', bearer(`.${good}`), INVALID],
    ['no signature', 'unsigned', bearer(`${header}.${payload}.`), INVALID],
    ['no signature and no dot', 'unsigned', bearer(`${header}.${payload}`), INVALID],
    ['padding', 'base64url without padding (RFC 7515, 2)', bearer(`${good}=`), INVALID],
    ['base64 in place of base64url', 'another alphabet', bearer(`${header}.${payload}.${'+/'.repeat(21)}A`), INVALID],
    ['a last character with stray bits', 'a second encoding of the same token', bearer(`${header}.${payload}.${sameBytes(signature)}`), INVALID],
    ['a part of one character', 'not a whole byte', bearer(`${header}.A.${signature}`), INVALID],
    ['a space inside', 'not in the base64url alphabet', bearer(`${header}. ${payload}.${signature}`), INVALID],
    ['a letter with an accent', 'not in the base64url alphabet', bearer(`${header}.${payload}é.${signature}`), INVALID],
    ['quotes around it', 'not in the base64url alphabet', bearer(`"${good}"`), INVALID],
    ['percent signs', 'not in the base64url alphabet', bearer(good.replaceAll('.', '%2E')), INVALID],
    ['two tokens with a comma', 'ambiguous', bearer(`${good}, Bearer ${good}`), INVALID],
    ['the scheme twice', 'not part of a token', bearer(`Bearer ${good}`), INVALID],
    ['the JSON form', 'not the compact form (RFC 7515, 7.2)', bearer(`{"protected":"${header}","payload":"${payload}","signature":"${signature}"}`), INVALID],
    ['12,000 characters', 'not the signature of so long a payload', bearer(`${header}.${'A'.repeat(12_000)}.${signature}`), INVALID],
  ];
};

/** For a service with JWT_SECRET. */
export const forms = formsOf(signedByHand(CLAIMS));
