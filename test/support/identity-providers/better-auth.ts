import type { ProviderGuide } from './provider-guide.ts';

const ISSUER = 'https://YOUR_APP';
const KEYS = '/api/auth/jwks';

// https://better-auth.com/docs/plugins/jwt
export const betterAuth: ProviderGuide = {
  name: 'Better Auth',
  note: 'It issues JWTs with its plugin `jwt()`; the frontend gets one from `/api/auth/token`. Issuer and audience are the base URL, unless you set them.',
  variables: { JWT_JWKS_URL: `${ISSUER}${KEYS}`, JWT_ISSUER: ISSUER, JWT_AUDIENCE: ISSUER },
  header: { alg: 'EdDSA', kid: 'c5c7995d-0037-4553-8aee-b5b620b89b23' },
  claims: (now) => ({
    iat: now,
    name: 'Jane Doe',
    email: 'jane@example.com',
    emailVerified: true,
    image: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    id: 'V2bGq0cGlwRkGQ8f',
    sub: 'V2bGq0cGlwRkGQ8f',
    exp: now + 900,
    iss: ISSUER,
    aud: ISSUER,
  }),
  jwk: {},
  ticket: { subject: 'V2bGq0cGlwRkGQ8f', sessionId: null },
  mistakes: [
    {
      what: 'the frontend sends the session token',
      opaque: 'kQzH3vXJ0yqR5tWc8uE1nS7mPbLdFgAo',
      symptom: {
        reason: 'malformed',
        detail: 'it is not three parts in base64url: it has no dots, as an opaque token: request a token for your API',
      },
      remedy: 'send the JWT of `authClient.token()`',
    },
    {
      what: 'the base URL of Better Auth is that of development',
      claims: { iss: 'http://localhost:3000', aud: 'http://localhost:3000' },
      symptom: {
        reason: 'audience',
        detail: `its aud does not include JWT_AUDIENCE: expected "${ISSUER}", found "http://localhost:3000"`,
      },
      remedy: 'set the base URL of Better Auth',
    },
    {
      what: 'the key pair is Ed448',
      serves: { [KEYS]: { keys: [{ kty: 'OKP', crv: 'Ed448', x: 'bDHiLTt7u', kid: 'c5c7995d' }] } },
      symptom: {
        noKeys:
          'the JWK Set has no key that ticketd accepts (RSA of at least 2048 bits, EC on P-256, P-384 or P-521, or Ed25519); it has "Ed448"',
      },
      remedy: 'set `crv` of `keyPairConfig` to `Ed25519`, which is the default',
    },
  ],
};
