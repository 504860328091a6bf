import type { ProviderGuide } from './provider-guide.ts';

const BYTES = Buffer.alloc(32, 'spring');
const TEXT = BYTES.toString('base64');

// https://github.com/jwtk/jjwt#secretkey-formats
export const spring: ProviderGuide = {
  name: 'Spring with JJWT',
  note: 'The application makes its key with `Keys.hmacShaKeyFor(Decoders.BASE64.decode(secret))`. JJWT takes the algorithm that the length of the key allows: HS256, from 48 bytes HS384, from 64 bytes HS512.',
  variables: { JWT_SECRET: 'YOUR_SECRET', JWT_SECRET_ENCODING: 'base64' },
  secret: TEXT,
  header: { alg: 'HS256' },
  claims: (now) => ({ sub: 'Bob', iat: now, exp: now + 3600 }),
  ticket: { subject: 'Bob', sessionId: null },
  mistakes: [
    {
      what: 'the encoding is not set',
      variables: { JWT_SECRET_ENCODING: '' },
      symptom: {
        reason: 'signature',
        detail: 'its signature fits JWT_SECRET decoded from base64; set JWT_SECRET_ENCODING=base64',
      },
      remedy: 'set `JWT_SECRET_ENCODING`',
    },
    {
      what: 'the application takes the text of the secret, with `getBytes()`',
      signedBy: { secret: TEXT },
      symptom: {
        reason: 'signature',
        detail: 'its signature fits JWT_SECRET as the text that it is; set JWT_SECRET_ENCODING=utf8',
      },
      remedy: 'decode the secret in the application, or remove `JWT_SECRET_ENCODING`',
    },
    {
      what: 'the secret has less than 32 bytes, decoded',
      variables: { JWT_SECRET: BYTES.subarray(0, 24).toString('base64') },
      symptom: {
        problem:
          'JWT_SECRET: expected at least 32 bytes in each of the comma-separated secrets, decoded from base64 (RFC 7518, 3.2)',
      },
      remedy: 'make a longer one: `openssl rand -base64 32`',
    },
  ],
};
