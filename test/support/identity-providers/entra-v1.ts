import type { ProviderGuide } from './provider-guide.ts';

const ISSUER = 'https://sts.windows.net/TENANT_ID/';
const METADATA = '/TENANT_ID/.well-known/openid-configuration';
const KEYS = 'https://login.microsoftonline.com/TENANT_ID/discovery/keys';

// https://learn.microsoft.com/entra/identity-platform/access-tokens
export const entraV1: ProviderGuide = {
  name: 'Entra ID, v1.0 tokens',
  note: 'This is what an API issues whose manifest has no `accessTokenAcceptedVersion`. `aud` is the application ID URI or the client id, as the frontend requested it.',
  variables: {
    JWT_JWKS_URL: KEYS,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: 'api://CLIENT_ID_OF_THE_API,CLIENT_ID_OF_THE_API',
  },
  header: { alg: 'RS256', typ: 'JWT', x5t: 'i6lGk3FZzxRcUb2C3nEQ7syHJlY', kid: 'i6lGk3FZzxRcUb2C3nEQ7syHJlY' },
  claims: (now) => ({
    aud: 'api://CLIENT_ID_OF_THE_API',
    iss: ISSUER,
    iat: now,
    nbf: now,
    exp: now + 3900,
    acr: '1',
    amr: ['wia'],
    appid: '75dbe77f-10a3-4e59-85fd-8c127544f17c',
    appidacr: '0',
    family_name: 'Lincoln',
    given_name: 'Abe',
    ipaddr: '192.0.2.1',
    name: 'abeli',
    oid: '02223b6b-aa1d-42d4-9ec0-1b2bb9194438',
    rh: 'I',
    scp: 'user_impersonation',
    sub: 'l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA',
    tid: 'TENANT_ID',
    unique_name: 'abeli@example.com',
    uti: 'FVsGxYXI30-TuikuUoFAA',
    ver: '1.0',
  }),
  jwk: { use: 'sig', x5t: 'i6lGk3FZzxRcUb2C3nEQ7syHJlY' },
  ticket: { subject: 'l3_roISQU222bULS9yi2k0XpqpOiMz5H3ZACo1GeXA', sessionId: null },
  mistakes: [
    {
      what: 'the frontend sends a token for Microsoft Graph',
      claims: { aud: 'https://graph.microsoft.com' },
      signedBy: 'RS256',
      symptom: {
        reason: 'signature',
        detail: `the key that its header names does not fit its signature; its iss, not verified, is "${ISSUER}"`,
      },
      remedy: 'request a scope of your API: only Microsoft Graph can verify its tokens',
    },
    {
      what: '`JWT_ISSUER` is that of v2.0 tokens',
      variables: { JWT_ISSUER: 'https://login.microsoftonline.com/TENANT_ID/v2.0' },
      symptom: {
        reason: 'issuer',
        detail: `its iss is not JWT_ISSUER: expected "https://login.microsoftonline.com/TENANT_ID/v2.0", found "${ISSUER}"`,
      },
      remedy: 'set the issuer above, or let the API issue v2.0 tokens',
    },
    {
      what: '`JWT_JWKS_URL` is the address of the metadata',
      variables: { JWT_JWKS_URL: `https://login.microsoftonline.com${METADATA}` },
      serves: { [METADATA]: { issuer: ISSUER, jwks_uri: KEYS } },
      symptom: {
        noKeys:
          'the response is not a JWK Set but the metadata of an issuer: set JWT_JWKS_URL to its jwks_uri, or JWT_ISSUERS to its issuer',
      },
      remedy: 'set `JWT_JWKS_URL` as above',
    },
  ],
};
