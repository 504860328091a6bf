import type { ProviderGuide } from './provider-guide.ts';

const [A, B] = ['https://A.okta.com/oauth2/default', 'https://B.okta.com/oauth2/default'];

// https://developer.okta.com/docs/reference/api/oidc/#access-token
export const okta: ProviderGuide = {
  name: 'Okta, several tenants',
  note: 'Each JWT is verified by the keys of its own tenant. `sub` is a name of the user; set `JWT_SUBJECT_CLAIM=uid` for the id.',
  variables: { JWT_ISSUERS: `${A},${B}`, JWT_AUDIENCE: 'api://default' },
  header: { alg: 'RS256', kid: '45js03w0djwedsw' },
  claims: (now) => ({
    ver: 1,
    jti: 'AT.MNAoEQ_jbKqoinrQo1D0XKjMX28U5d7ZszBceot7-Ts',
    iss: B,
    aud: 'api://default',
    sub: 'john.doe@example.com',
    iat: now,
    exp: now + 3600,
    cid: 'uAaunofWkaDJxukCFeBx',
    uid: '00uid4BxXw6I6TV4m0g3',
    scp: ['openid', 'profile', 'email'],
    auth_time: now,
  }),
  ticket: { subject: 'john.doe@example.com', sessionId: null },
  mistakes: [
    {
      what: 'the frontend signs in at the organization, not at an authorization server',
      claims: { iss: 'https://B.okta.com', aud: 'https://B.okta.com' },
      symptom: {
        reason: 'issuer',
        detail: `its iss is not in JWT_ISSUERS: expected one of "${A}", "${B}", found "https://B.okta.com"`,
      },
      remedy: 'sign in at `/oauth2/default`',
    },
    {
      what: 'the frontend sends the ID token',
      claims: { aud: 'uAaunofWkaDJxukCFeBx', scp: undefined, cid: undefined, uid: undefined },
      symptom: {
        reason: 'audience',
        detail: 'its aud does not include JWT_AUDIENCE: expected "api://default", found "uAaunofWkaDJxukCFeBx"',
      },
      remedy: 'send the access token',
    },
    {
      what: '`JWT_CLIENT_ID` is set',
      variables: { JWT_CLIENT_ID: 'uAaunofWkaDJxukCFeBx' },
      symptom: {
        reason: 'client',
        detail: 'neither its client_id nor its azp is JWT_CLIENT_ID: expected "uAaunofWkaDJxukCFeBx", found none',
      },
      remedy: 'remove it: Okta has the client in `cid`, which ticketd does not check',
    },
  ],
};
