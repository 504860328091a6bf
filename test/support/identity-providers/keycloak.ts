import type { ProviderGuide } from './provider-guide.ts';

const ISSUER = 'https://HOST/realms/REALM';
const SESSION = '2a88c258-f73a-4103-b862-e1fbd8f4e04e';

// https://phasetwo.io/tutorials/clients/audience/ has what Keycloak writes into `aud`, and what into `azp`.
export const keycloak: ProviderGuide = {
  name: 'Keycloak',
  note: 'Keycloak does not put the API into `aud` by itself: add an audience mapper to a client scope of the frontend. Or set `JWT_CLIENT_ID` to the client of the frontend instead of `JWT_AUDIENCE`.',
  variables: { JWT_ISSUERS: ISSUER, JWT_AUDIENCE: 'YOUR_API' },
  header: { alg: 'RS256', typ: 'JWT', kid: 'key-1' },
  claims: (now) => ({
    exp: now + 300,
    iat: now,
    jti: 'd58f5dc8-fd8f-462b-8a19-716f8f83985b',
    iss: ISSUER,
    aud: ['YOUR_API', 'account'],
    sub: '36fa0f91-f94d-4a0c-afed-6b7d952e47da',
    typ: 'Bearer',
    azp: 'web',
    acr: '1',
    'allowed-origins': ['https://YOUR_APP'],
    realm_access: { roles: ['offline_access', 'default-roles', 'uma_authorization'] },
    resource_access: { account: { roles: ['manage-account', 'view-profile'] } },
    scope: 'email profile',
    sid: SESSION,
    email_verified: true,
    preferred_username: 'username',
  }),
  ticket: { subject: '36fa0f91-f94d-4a0c-afed-6b7d952e47da', sessionId: SESSION },
  mistakes: [
    {
      what: 'the client has no audience mapper',
      claims: { aud: 'account' },
      symptom: {
        reason: 'audience',
        detail: 'its aud does not include JWT_AUDIENCE: expected "YOUR_API", found "account"',
      },
      remedy: 'add the mapper, or set `JWT_CLIENT_ID` instead',
    },
    {
      what: '`JWT_AUDIENCE` has the client of the frontend',
      variables: { JWT_AUDIENCE: 'web' },
      symptom: {
        reason: 'audience',
        detail:
          'its aud does not include JWT_AUDIENCE: expected "web", found "YOUR_API", "account"; its azp is that: set JWT_CLIENT_ID instead',
      },
      remedy: 'set `JWT_CLIENT_ID` instead',
    },
    {
      what: 'the frontend uses Keycloak under another host name',
      claims: { iss: 'http://keycloak:8080/realms/REALM' },
      symptom: {
        reason: 'issuer',
        detail: `its iss is not JWT_ISSUERS: expected "${ISSUER}", found "http://keycloak:8080/realms/REALM"`,
      },
      remedy: 'set one host name for all clients in Keycloak (`hostname`)',
    },
  ],
};
