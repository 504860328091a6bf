import type { ProviderGuide } from './provider-guide.ts';

const KEYS = '/iap/verify/public_key';
const AUDIENCE = '/projects/PROJECT_NUMBER/global/backendServices/SERVICE_ID';

// https://docs.cloud.google.com/iap/docs/signed-headers-howto
export const googleIap: ProviderGuide = {
  name: 'Google IAP',
  note: 'IAP sends its JWT to the server behind it, in `X-Goog-IAP-JWT-Assertion`. A proxy in front of ticketd copies it to `Authorization`, after `Bearer` and a space.',
  variables: {
    JWT_JWKS_URL: `https://www.gstatic.com${KEYS}-jwk`,
    JWT_ISSUER: 'https://cloud.google.com/iap',
    JWT_AUDIENCE: AUDIENCE,
  },
  header: { alg: 'ES256', typ: 'JWT', kid: 'key-1' },
  claims: (now) => ({
    iss: 'https://cloud.google.com/iap',
    aud: AUDIENCE,
    sub: 'accounts.google.com:100000000000000000001',
    email: 'user@example.com',
    hd: 'example.com',
    iat: now,
    exp: now + 600,
  }),
  ticket: { subject: 'accounts.google.com:100000000000000000001', sessionId: null },
  mistakes: [
    {
      what: 'no proxy copies the JWT',
      sentIn: 'X-Goog-IAP-JWT-Assertion',
      symptom: { reason: 'missing', detail: 'there is no Authorization header' },
      remedy: 'copy it to `Authorization`',
    },
    {
      what: 'the audience is that of App Engine',
      variables: { JWT_AUDIENCE: '/projects/PROJECT_NUMBER/apps/PROJECT_ID' },
      symptom: {
        reason: 'audience',
        detail: `its aud does not include JWT_AUDIENCE: expected "/projects/PROJECT_NUMBER/apps/PROJECT_ID", found "${AUDIENCE}"`,
      },
      remedy: 'copy "Signed Header JWT Audience" from the console',
    },
    {
      what: '`JWT_JWKS_URL` is the address of the keys in PEM',
      variables: { JWT_JWKS_URL: `https://www.gstatic.com${KEYS}` },
      serves: { [KEYS]: { 'key-1': '-----BEGIN PUBLIC KEY-----' } },
      symptom: { noKeys: 'the response is not a JWK Set: it has no list "keys"' },
      remedy: 'set the address that ends with `-jwk`',
    },
  ],
};
