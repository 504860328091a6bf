import type { Members, ProviderGuide } from './provider-guide.ts';

const ISSUER = 'https://PROJECT.supabase.co/auth/v1';
const SESSION = '123e4567-e89b-12d3-a456-426614174001';
const SUBJECT = '123e4567-e89b-12d3-a456-426614174000';

// https://supabase.com/docs/guides/auth/jwt-fields
const claims = (now: number): Members => ({
  aal: 'aal1',
  amr: [{ method: 'password', timestamp: now }],
  app_metadata: { provider: 'email', providers: ['email'] },
  aud: 'authenticated',
  email: 'user@example.com',
  exp: now + 3600,
  iat: now,
  iss: ISSUER,
  phone: '',
  role: 'authenticated',
  session_id: SESSION,
  sub: SUBJECT,
  user_metadata: { name: 'John Doe' },
  is_anonymous: false,
});
const ticket = { subject: SUBJECT, sessionId: SESSION };
const common = { JWT_ISSUER: ISSUER, JWT_AUDIENCE: 'authenticated', JWT_SESSION_CLAIM: 'session_id' };

export const supabaseKeys: ProviderGuide = {
  name: 'Supabase, signing keys',
  note: 'This is for a project with JWT signing keys. During a migration set `JWT_SECRET` as well, as below.',
  variables: { JWT_JWKS_URL: `${ISSUER}/.well-known/jwks.json`, ...common },
  header: { alg: 'ES256', typ: 'JWT', kid: '8b26c4b6-1a1b-4c66-8ad5-0a2b8d6f0001' },
  claims,
  ticket,
  mistakes: [
    {
      what: 'the project still signs with its legacy secret',
      signedBy: { secret: 'a-legacy-secret-of-a-project-with-40-characters' },
      symptom: {
        reason: 'algorithm',
        detail:
          'its alg is HS256; allowed are RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA; it is signed with a secret: JWT_SECRET is not set, or JWT_ALGORITHMS excludes it',
      },
      remedy: 'set `JWT_SECRET`, or rotate to a signing key',
    },
    {
      what: 'the frontend sends the publishable key',
      opaque: 'sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH',
      symptom: {
        reason: 'malformed',
        detail: 'it is not three parts in base64url: it has no dots, as an opaque token: request a token for your API',
      },
      remedy: 'send `access_token` of the session',
    },
    {
      what: 'the issuer lacks `/auth/v1`',
      variables: { JWT_ISSUER: 'https://PROJECT.supabase.co' },
      symptom: {
        reason: 'issuer',
        detail: `its iss is not JWT_ISSUER: expected "https://PROJECT.supabase.co", found "${ISSUER}"`,
      },
      remedy: 'add it',
    },
  ],
};

export const supabaseSecret: ProviderGuide = {
  name: 'Supabase, legacy secret',
  note: 'The secret is used as the text that it is, even where it looks like base64.',
  variables: { JWT_SECRET: 'YOUR_SECRET', ...common },
  secret: Buffer.alloc(64, 'supabase').toString('base64'),
  header: { alg: 'HS256', typ: 'JWT', kid: 'legacy-1' },
  claims,
  ticket,
  mistakes: [
    {
      what: 'the secret is decoded',
      variables: { JWT_SECRET_ENCODING: 'base64' },
      symptom: {
        reason: 'signature',
        detail: `its signature fits JWT_SECRET as the text that it is; set JWT_SECRET_ENCODING=utf8; its iss, not verified, is "${ISSUER}"`,
      },
      remedy: 'remove `JWT_SECRET_ENCODING`',
    },
    {
      what: 'the frontend sends the anon key',
      claims: {
        ...Object.fromEntries(Object.keys(claims(0)).map((name) => [name, undefined])),
        ...{ iss: 'supabase', ref: 'PROJECT', role: 'anon', iat: 1_640_991_600, exp: 4_102_444_800 },
      },
      symptom: {
        reason: 'audience',
        detail: 'its aud does not include JWT_AUDIENCE: expected "authenticated", found none',
      },
      remedy: 'send `access_token` of the session',
    },
    {
      what: 'the project signs with a signing key',
      signedBy: 'ES256',
      symptom: {
        reason: 'algorithm',
        detail:
          'its alg is ES256; allowed are HS256, HS384, HS512; it is signed with a private key: none of JWT_ISSUERS, JWT_JWKS_URL and JWT_PUBLIC_KEY is set, or JWT_ALGORITHMS excludes it',
      },
      remedy: 'set `JWT_JWKS_URL`, as above',
    },
  ],
};
