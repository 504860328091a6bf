import jwt from 'jsonwebtoken';

export const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
export const ISSUER = 'https://idp.example/';
export const CLIENT_ID = 'web-app';

type Members = Readonly<Record<string, unknown>>;

export interface LogoutTokenOptions {
  readonly header?: Members;
  readonly secret: jwt.Secret;
  readonly algorithm?: jwt.Algorithm;
}

let count = 0;

/** The claims of a logout token that the tests' services accept, for `alice`; `claims` are laid over them. */
export const logoutClaims = (claims: Members = {}): Members => {
  count += 1;
  const iat = Math.floor(Date.now() / 1000);
  const usual = { iss: ISSUER, aud: CLIENT_ID, sub: 'alice', iat, jti: `jti-${count}`, events: { [LOGOUT_EVENT]: {} } };
  return { ...usual, ...claims };
};

/** Signs a logout token with these claims and no others; `undefined` takes a member of the header away. */
export const signLogoutToken = (claims: Members, { header, secret, algorithm }: LogoutTokenOptions): string =>
  jwt.sign(JSON.parse(JSON.stringify(claims)), secret, {
    // Otherwise the library sets an iat; with it, the library removes the one there is.
    noTimestamp: claims.iat === undefined,
    algorithm: algorithm ?? 'HS256',
    header: { alg: algorithm ?? 'HS256', typ: 'logout+jwt', ...header },
  });
