import jwt from 'jsonwebtoken';

export const SECRET = 'a-secret-for-tests-of-32-bytes-or-more';

type Claims = Readonly<Record<string, unknown>>;

/** A JWT that the tests' services accept; `claims` are laid over the usual ones, `undefined` takes one away. */
export const token = (claims: Claims = {}, options: jwt.SignOptions & { secret?: jwt.Secret } = {}): string => {
  const { secret = SECRET, ...signing } = options;
  const payload = { sub: 'alice', sessionId: 'session-1', exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
  return jwt.sign(JSON.parse(JSON.stringify(payload)), secret, signing);
};

export const bearer = (jwtText: string): { Authorization: string } => ({ Authorization: `Bearer ${jwtText}` });
