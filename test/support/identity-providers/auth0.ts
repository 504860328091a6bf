import type { ProviderGuide } from './provider-guide.ts';

// https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
export const auth0: ProviderGuide = {
  name: 'Auth0',
  note: 'The issuer ends with a slash. The frontend requests its token with `audience`, the identifier of your API.',
  variables: { JWT_ISSUERS: 'https://TENANT.auth0.com/', JWT_AUDIENCE: 'https://YOUR_API' },
  header: { alg: 'RS256', typ: 'JWT', kid: 'key-1' },
  claims: (now) => ({
    iss: 'https://TENANT.auth0.com/',
    sub: 'auth0|123456',
    aud: ['https://YOUR_API', 'https://TENANT.auth0.com/userinfo'],
    azp: 'my_client_id',
    exp: now + 86_400,
    iat: now,
    scope: 'openid profile read:patients read:admin',
  }),
  ticket: { subject: 'auth0|123456', sessionId: null },
  mistakes: [
    {
      what: 'the frontend does not request an audience',
      opaque: 'mF9xqyIbB2aDkW0cVt7sQeLr',
      symptom: {
        reason: 'malformed',
        detail: 'it is not three parts in base64url: it has no dots, as an opaque token: request a token for your API',
      },
      remedy: 'request the token with `audience`',
    },
    {
      what: 'the issuer lacks its slash',
      variables: { JWT_ISSUERS: 'https://TENANT.auth0.com' },
      symptom: {
        noKeys:
          'its metadata is of another issuer: expected "https://TENANT.auth0.com", found "https://TENANT.auth0.com/"; they differ in the slash at the end',
      },
      remedy: 'add the slash to `JWT_ISSUERS`',
    },
    {
      what: 'the frontend sends the ID token',
      claims: { aud: 'my_client_id', azp: undefined, scope: undefined },
      symptom: {
        reason: 'audience',
        detail: 'its aud does not include JWT_AUDIENCE: expected "https://YOUR_API", found "my_client_id"',
      },
      remedy: 'send the access token',
    },
  ],
};
