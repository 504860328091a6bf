import type { ProviderGuide } from './provider-guide.ts';

const ISSUER = 'https://YOUR_FRONTEND_API';

// https://clerk.com/docs/guides/sessions/session-tokens
export const clerk: ProviderGuide = {
  name: 'Clerk',
  note: 'The frontend sends the session token. It has no `aud`; its `azp` is the origin of the page that asked for it.',
  variables: { JWT_JWKS_URL: `${ISSUER}/.well-known/jwks.json`, JWT_ISSUER: ISSUER, JWT_CLIENT_ID: 'https://YOUR_APP' },
  header: { alg: 'RS256', typ: 'JWT', kid: 'ins_123' },
  claims: (now) => ({
    azp: 'https://YOUR_APP',
    exp: now + 60,
    fva: [7, -1],
    iat: now,
    iss: ISSUER,
    jti: '1234567890',
    nbf: now,
    sid: 'sess_123',
    sub: 'user_123',
    v: 2,
    pla: 'u:free',
    fea: 'u:dashboard',
    sts: 'active',
  }),
  ticket: { subject: 'user_123', sessionId: 'sess_123' },
  mistakes: [
    {
      what: '`JWT_AUDIENCE` has the origin of the page',
      variables: { JWT_CLIENT_ID: '', JWT_AUDIENCE: 'https://YOUR_APP' },
      symptom: {
        reason: 'audience',
        detail:
          'its aud does not include JWT_AUDIENCE: expected "https://YOUR_APP", found none; its azp is that: set JWT_CLIENT_ID instead',
      },
      remedy: 'set `JWT_CLIENT_ID` instead',
    },
    {
      what: 'the issuer ends with a slash',
      variables: { JWT_ISSUER: `${ISSUER}/` },
      symptom: {
        reason: 'issuer',
        detail: `its iss is not JWT_ISSUER: expected "${ISSUER}/", found "${ISSUER}"; they differ in the slash at the end`,
      },
      remedy: 'remove the slash',
    },
    {
      what: 'the token is of the development instance',
      header: { kid: 'ins_456' },
      claims: { iss: 'https://YOUR_SITE.clerk.accounts.dev' },
      signedBy: 'RS256',
      symptom: {
        reason: 'unknown_key',
        detail:
          'its kid "ins_456" is not in the key set, which has "ins_123"; it may not be published yet; its iss, not verified, is "https://YOUR_SITE.clerk.accounts.dev"',
      },
      remedy: 'use the keys of the same instance in frontend and ticketd',
    },
  ],
};
