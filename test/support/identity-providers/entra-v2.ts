import type { ProviderGuide } from './provider-guide.ts';

const ISSUER = 'https://login.microsoftonline.com/TENANT_ID/v2.0';
const METADATA = '/common/v2.0/.well-known/openid-configuration';

// https://learn.microsoft.com/entra/identity-platform/access-tokens
export const entraV2: ProviderGuide = {
  name: 'Entra ID, v2.0 tokens',
  note: 'The API decides the version: `accessTokenAcceptedVersion` is `2` in its manifest. The frontend requests a scope of your API. List the issuer of each tenant whose users may sign in.',
  variables: { JWT_ISSUERS: ISSUER, JWT_AUDIENCE: 'CLIENT_ID_OF_THE_API' },
  header: { alg: 'RS256', typ: 'JWT', kid: 'i6lGk3FZzxRcUb2C3nEQ7syHJlY' },
  claims: (now) => ({
    aud: 'CLIENT_ID_OF_THE_API',
    iss: ISSUER,
    iat: now,
    nbf: now,
    exp: now + 3900,
    aio: 'AXQAi/8IAAAAtAaZLo3ChMif6KOnttRB7eBq4/DccQzjcJGxPXY',
    azp: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
    azpacr: '0',
    name: 'Abe Lincoln',
    oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
    preferred_username: 'abeli@example.com',
    rh: 'I',
    scp: 'access_as_user',
    sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
    tid: 'TENANT_ID',
    uti: 'fqiBqXLPj0eQa82S-IYFAA',
    ver: '2.0',
  }),
  jwk: { use: 'sig', x5t: 'i6lGk3FZzxRcUb2C3nEQ7syHJlY', issuer: ISSUER },
  ticket: { subject: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ', sessionId: null },
  mistakes: [
    {
      what: 'the issuer is `common`',
      variables: { JWT_ISSUERS: 'https://login.microsoftonline.com/common/v2.0' },
      serves: {
        [METADATA]: {
          issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
          jwks_uri: 'https://login.microsoftonline.com/common/discovery/v2.0/keys',
        },
      },
      symptom: {
        noKeys:
          'its metadata is for many tenants, "https://login.microsoftonline.com/{tenantid}/v2.0": list the issuer of each tenant in JWT_ISSUERS',
      },
      remedy: 'set the issuer of your tenant',
    },
    {
      what: 'the API issues v1.0 tokens',
      claims: { iss: 'https://sts.windows.net/TENANT_ID/', ver: '1.0', azp: undefined, azpacr: undefined },
      symptom: {
        reason: 'issuer',
        detail: `its iss is not JWT_ISSUERS: expected "${ISSUER}", found "https://sts.windows.net/TENANT_ID/"`,
      },
      remedy: 'set `accessTokenAcceptedVersion` to `2`, or use the variables for v1.0 tokens',
    },
    {
      what: '`JWT_AUDIENCE` has the application ID URI',
      variables: { JWT_AUDIENCE: 'api://CLIENT_ID_OF_THE_API' },
      symptom: {
        reason: 'audience',
        detail:
          'its aud does not include JWT_AUDIENCE: expected "api://CLIENT_ID_OF_THE_API", found "CLIENT_ID_OF_THE_API"; they differ in api:// at the beginning',
      },
      remedy: 'set the client id alone',
    },
  ],
};
