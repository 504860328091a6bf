import type { ProviderGuide } from './provider-guide.ts';

const ISSUER = 'https://cognito-idp.REGION.amazonaws.com/POOL_ID';
const SUBJECT = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';

// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
export const cognito: ProviderGuide = {
  name: 'Amazon Cognito',
  note: 'Access tokens of a user pool have no `aud`. `origin_jti` is the same for all tokens of one login.',
  variables: { JWT_ISSUERS: ISSUER, JWT_CLIENT_ID: 'APP_CLIENT_ID', JWT_SESSION_CLAIM: 'origin_jti' },
  header: { alg: 'RS256', kid: '1234example=' },
  claims: (now) => ({
    sub: SUBJECT,
    device_key: SUBJECT,
    'cognito:groups': ['admin'],
    token_use: 'access',
    scope: 'aws.cognito.signin.user.admin',
    auth_time: now,
    iss: ISSUER,
    exp: now + 3600,
    iat: now,
    origin_jti: 'aaaaaaaa-bbbb-cccc-dddd-ffffffffffff',
    jti: SUBJECT,
    client_id: 'APP_CLIENT_ID',
    username: 'janedoe@example.com',
  }),
  ticket: { subject: SUBJECT, sessionId: 'aaaaaaaa-bbbb-cccc-dddd-ffffffffffff' },
  mistakes: [
    {
      what: '`JWT_AUDIENCE` has the app client',
      variables: { JWT_CLIENT_ID: '', JWT_AUDIENCE: 'APP_CLIENT_ID' },
      symptom: {
        reason: 'audience',
        detail:
          'its aud does not include JWT_AUDIENCE: expected "APP_CLIENT_ID", found none; its client_id is that: set JWT_CLIENT_ID instead',
      },
      remedy: 'set `JWT_CLIENT_ID` instead',
    },
    {
      what: 'the frontend sends the ID token',
      claims: { token_use: 'id', aud: 'APP_CLIENT_ID', client_id: undefined, scope: undefined },
      symptom: {
        reason: 'client',
        detail:
          'neither its client_id nor its azp is JWT_CLIENT_ID: expected "APP_CLIENT_ID", found none; its aud has it: send the access token if this is an ID token, else set JWT_AUDIENCE instead',
      },
      remedy: 'send the access token',
    },
    {
      what: 'the token is of another user pool',
      claims: { iss: 'https://cognito-idp.REGION.amazonaws.com/OTHER_POOL_ID' },
      symptom: {
        reason: 'issuer',
        detail: `its iss is not JWT_ISSUERS: expected "${ISSUER}", found "https://cognito-idp.REGION.amazonaws.com/OTHER_POOL_ID"`,
      },
      remedy: 'set the pool of the frontend, or list both pools',
    },
  ],
};
