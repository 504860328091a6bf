import type { ProviderGuide } from './provider-guide.ts';

const ISSUER = 'https://securetoken.google.com/PROJECT_ID';
const CERTIFICATES = '/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com';

// https://firebase.google.com/docs/auth/admin/verify-id-tokens
export const firebase: ProviderGuide = {
  name: 'Firebase',
  note: 'The frontend sends the ID token of Firebase: it has no other JWT.',
  variables: { JWT_ISSUERS: ISSUER, JWT_AUDIENCE: 'PROJECT_ID' },
  header: { alg: 'RS256', typ: 'JWT', kid: 'key-1' },
  claims: (now) => ({
    iss: ISSUER,
    aud: 'PROJECT_ID',
    auth_time: now,
    user_id: 'Xk893u23H9SI893',
    sub: 'Xk893u23H9SI893',
    iat: now,
    exp: now + 3600,
    email: 'user@example.com',
    email_verified: true,
    firebase: { identities: { email: ['user@example.com'] }, sign_in_provider: 'password' },
  }),
  ticket: { subject: 'Xk893u23H9SI893', sessionId: null },
  mistakes: [
    {
      what: '`JWT_JWKS_URL` is the address of the certificates',
      variables: { JWT_ISSUERS: '', JWT_ISSUER: ISSUER, JWT_JWKS_URL: `https://www.googleapis.com${CERTIFICATES}` },
      serves: { [CERTIFICATES]: { 'key-1': '-----BEGIN CERTIFICATE-----' } },
      symptom: { noKeys: 'the response is not a JWK Set: it has no list "keys"' },
      remedy: 'set `JWT_ISSUERS` instead',
    },
    {
      what: 'the frontend sends a custom token of the Admin SDK',
      claims: { iss: 'firebase-adminsdk@PROJECT_ID.iam.gserviceaccount.com' },
      symptom: {
        reason: 'issuer',
        detail: `its iss is not JWT_ISSUERS: expected "${ISSUER}", found "firebase-adminsdk@PROJECT_ID.iam.gserviceaccount.com"`,
      },
      remedy: 'sign in with it, and send the ID token',
    },
    {
      what: 'the token is of another project',
      claims: { iss: 'https://securetoken.google.com/STAGING', aud: 'STAGING' },
      symptom: {
        reason: 'issuer',
        detail: `its iss is not JWT_ISSUERS: expected "${ISSUER}", found "https://securetoken.google.com/STAGING"`,
      },
      remedy: 'set the project of the frontend',
    },
  ],
};
