import type { ProviderGuide } from './provider-guide.ts';

const ISSUER = 'https://INSTANCE.zitadel.cloud';

// https://zitadel.com/docs/apis/openidoauth/claims
export const zitadel: ProviderGuide = {
  name: 'ZITADEL',
  note: 'The application has the access token type JWT. `aud` has the ids of the project and of its applications.',
  variables: { JWT_ISSUERS: ISSUER, JWT_AUDIENCE: 'PROJECT_ID' },
  header: { alg: 'RS256', typ: 'JWT', kid: '69234237813329049' },
  claims: (now) => ({
    iss: ISSUER,
    sub: '77776025198584418',
    aud: ['69234237810729234', 'PROJECT_ID'],
    azp: '69234237810729234',
    exp: now + 43_200,
    iat: now,
    nbf: now,
    jti: '69234237813329048',
  }),
  ticket: { subject: '77776025198584418', sessionId: null },
  mistakes: [
    {
      what: 'the access token type is Bearer',
      opaque: 'sKXUZ0xVdGl1bUpKb2huQ2FnZQ',
      symptom: {
        reason: 'malformed',
        detail: 'it is not three parts in base64url: it has no dots, as an opaque token: request a token for your API',
      },
      remedy: 'set the access token type of the application to JWT',
    },
    {
      what: 'the API is in another project than the frontend',
      claims: { aud: ['69234237810729234', 'OTHER_PROJECT_ID'] },
      symptom: {
        reason: 'audience',
        detail:
          'its aud does not include JWT_AUDIENCE: expected "PROJECT_ID", found "69234237810729234", "OTHER_PROJECT_ID"',
      },
      remedy: 'request the scope `urn:zitadel:iam:org:project:id:PROJECT_ID:aud`',
    },
    {
      what: 'the issuer ends with a slash',
      variables: { JWT_ISSUERS: `${ISSUER}/` },
      symptom: {
        noKeys: `its metadata is of another issuer: expected "${ISSUER}/", found "${ISSUER}"; they differ in the slash at the end`,
      },
      remedy: 'remove the slash',
    },
  ],
};
