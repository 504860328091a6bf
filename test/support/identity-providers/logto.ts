import type { ProviderGuide } from './provider-guide.ts';

const ISSUER = 'https://TENANT.logto.app/oidc';

// https://docs.logto.io/authorization/validate-access-tokens
export const logto: ProviderGuide = {
  name: 'Logto',
  note: 'The frontend requests its token for a resource, your API: without one the token is opaque.',
  variables: { JWT_ISSUERS: ISSUER, JWT_AUDIENCE: 'https://YOUR_API' },
  header: { alg: 'ES384', typ: 'at+jwt', kid: 'key-1' },
  claims: (now) => ({
    jti: 'sZpTq9h2bZx0Vh3Jr0001',
    sub: 'jpuoee8f7rq3',
    iat: now,
    exp: now + 3600,
    scope: 'api:read api:write',
    client_id: 's6BhdRkqt3',
    iss: ISSUER,
    aud: 'https://YOUR_API',
  }),
  ticket: { subject: 'jpuoee8f7rq3', sessionId: null },
  mistakes: [
    {
      what: 'the frontend does not request a resource',
      opaque: 'mF9xqyIbB2aDkW0cVt7sQeLr',
      symptom: {
        reason: 'malformed',
        detail: 'it is not three parts in base64url: it has no dots, as an opaque token: request a token for your API',
      },
      remedy: 'request the token with `resource`',
    },
    {
      what: 'the issuer lacks `/oidc`',
      variables: { JWT_ISSUERS: 'https://TENANT.logto.app' },
      symptom: {
        noKeys:
          'the issuer has no metadata at "https://TENANT.logto.app/.well-known/openid-configuration" nor at "https://TENANT.logto.app/.well-known/oauth-authorization-server"',
      },
      remedy: 'add it',
    },
    {
      what: 'the frontend sends the token of an organization',
      claims: { aud: 'urn:logto:organization:ORGANIZATION_ID' },
      symptom: {
        reason: 'audience',
        detail:
          'its aud does not include JWT_AUDIENCE: expected "https://YOUR_API", found "urn:logto:organization:ORGANIZATION_ID"',
      },
      remedy: 'request the token with `resource`',
    },
  ],
};
