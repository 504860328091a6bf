import { algorithmsOf, type JwtAlgorithm, PUBLIC_KEY_ALGORITHMS } from './jwt-algorithms.ts';
import { secretKeysOf } from './jwt-secrets.ts';
import { isTamperProof } from './key-urls.ts';
import { type Rule, rule } from './rule.ts';
import { InvalidValueError } from './variable.ts';
import type { Config } from './variables.ts';

const aKeySourceIsSet = rule(['jwt.secrets', 'jwt.publicKeys', 'jwt.jwksUrl', 'jwt.issuers'], ({ jwt }) => {
  const sources = [jwt.secrets, jwt.publicKeys, jwt.jwksUrl, jwt.issuers];
  if (sources.some((source) => source !== undefined)) return undefined;
  return {
    name: 'JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL, JWT_ISSUERS',
    problem: 'expected at least one of them to be set, found none',
  };
});

const secretsAreDecoded = rule(['jwt.secrets', 'jwt.secretEncoding'], ({ jwt }) => {
  const problem = secretProblem(jwt);
  return problem === undefined ? undefined : { name: 'JWT_SECRET', problem: `expected ${problem}` };
});

const secretProblem = (jwt: Config['jwt']): string | undefined => {
  try {
    secretKeysOf(jwt);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidValueError) return error.message;
    throw error;
  }
};

const algorithmsFitKeys = rule(
  ['jwt.secrets', 'jwt.secretEncoding', 'jwt.publicKeys', 'jwt.jwksUrl', 'jwt.issuers', 'jwt.algorithms'],
  ({ jwt }) => {
    if (jwt.algorithms === undefined || secretProblem(jwt) !== undefined) return undefined;
    const supported = supportedBy(jwt);
    if (supported.length === 0 || jwt.algorithms.every((algorithm) => supported.includes(algorithm))) return undefined;
    return { name: 'JWT_ALGORITHMS', problem: `expected some of ${supported.join(', ')}, which the keys support` };
  },
);

const supportedBy = (jwt: Config['jwt']): readonly JwtAlgorithm[] => {
  const { publicKeys = [], jwksUrl, issuers } = jwt;
  const published = jwksUrl === undefined && issuers === undefined ? [] : PUBLIC_KEY_ALGORITHMS;
  return [...new Set([...algorithmsOf([...secretKeysOf(jwt), ...publicKeys]), ...published])];
};

const SAFELY =
  'expected https://; in production http:// is allowed to this machine only, or with JWT_JWKS_ALLOW_HTTP=true';

const keysAreFetchedSafely = rule(
  ['runtime.nodeEnv', 'jwt.jwksUrl', 'jwt.jwksAllowHttp'],
  ({ runtime, jwt: { jwksUrl, jwksAllowHttp } }) => {
    if (runtime.nodeEnv !== 'production' || jwksUrl === undefined || jwksAllowHttp || isTamperProof(jwksUrl))
      return undefined;
    // An attacker who can change the response in transit can sign JWTs for every user.
    return { name: 'JWT_JWKS_URL', problem: SAFELY };
  },
);

const issuersAreAskedSafely = rule(
  ['runtime.nodeEnv', 'jwt.issuers', 'jwt.jwksAllowHttp'],
  ({ runtime, jwt: { issuers = [], jwksAllowHttp } }) => {
    if (runtime.nodeEnv !== 'production' || jwksAllowHttp) return undefined;
    return issuers.every((issuer) => isTamperProof(new URL(issuer)))
      ? undefined
      : { name: 'JWT_ISSUERS', problem: SAFELY };
  },
);

// RFC 8725, 3.9: an issuer signs JWTs for other applications, too.
const issuersNeedAnAudience = rule(
  ['runtime.nodeEnv', 'jwt.issuers', 'jwt.audience', 'jwt.clientId'],
  ({ runtime, jwt: { issuers, audience, clientId } }) => {
    if (runtime.nodeEnv !== 'production' || issuers === undefined) return undefined;
    if (audience !== undefined || clientId !== undefined) return undefined;
    return {
      name: 'JWT_AUDIENCE, JWT_CLIENT_ID',
      problem: 'expected one of them to be set, since JWT_ISSUERS is: without it a JWT for any application is accepted',
    };
  },
);

/** The rules between the variables that decide which JWTs are accepted. */
export const jwtRules: readonly Rule[] = [
  aKeySourceIsSet,
  secretsAreDecoded,
  algorithmsFitKeys,
  keysAreFetchedSafely,
  issuersAreAskedSafely,
  issuersNeedAnAudience,
];
