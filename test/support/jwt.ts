import jwt from 'jsonwebtoken';

export const SECRET = 'a-secret-for-tests-of-32-bytes-or-more';

type Claims = Readonly<Record<string, unknown>>;

/** What the JWTs of the tests say, with `claims` laid over it; `undefined` takes one away. */
export const usualClaims = (claims: Claims = {}): Claims => {
  const payload = { sub: 'alice', sessionId: 'session-1', exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
  return JSON.parse(JSON.stringify({ iat: Math.floor(Date.now() / 1000), ...payload }));
};

/** A JWT that the tests' services accept; `claims` are laid over the usual ones, `undefined` takes one away. */
export const token = (claims: Claims = {}, options: jwt.SignOptions & { secret?: jwt.Secret } = {}): string => {
  const { secret = SECRET, ...signing } = options;
  return jwt.sign(usualClaims(claims), secret, signing);
};

export const bearer = (jwtText: string): { Authorization: string } => ({ Authorization: `Bearer ${jwtText}` });
