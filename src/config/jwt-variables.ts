import { hmacSecret, JWT_ALGORITHMS, jwksUrl, publicKeys } from './jwt-keys.ts';
import { boolean, integer, listOf, milliseconds, oneOf, text } from './parsers.ts';
import { optional, variable } from './variable.ts';

// 30 days: a key that the provider withdrew must not stay trusted forever.
const MAX_STALE_SECONDS = 2_592_000;

/** The variables that decide which JWTs are accepted. */
export const jwtVariables = {
  secrets: optional({
    name: 'JWT_SECRET',
    parse: listOf(hmacSecret),
    doc: 'HS256 secret of at least 32 bytes; a comma-separated list of secrets to rotate',
    secret: true,
  }),
  publicKeys: optional({
    name: 'JWT_PUBLIC_KEY',
    parse: publicKeys,
    doc: 'PEM public keys or certificates: RSA (RS256, PS256) or EC P-256 (ES256); several PEM blocks to rotate',
    secret: true,
  }),
  jwksUrl: optional({
    name: 'JWT_JWKS_URL',
    parse: jwksUrl,
    doc: 'URL where the identity provider publishes its keys: `https://`, or `http://` to this machine; outside production `http://` to any host',
  }),
  jwksAllowHttp: variable({
    name: 'JWT_JWKS_ALLOW_HTTP',
    default: 'false',
    parse: boolean,
    doc: '`true` also allows an `http://` key set on another machine in production: an attacker who can change it in transit can sign in as anyone',
  }),
  jwksStartupTimeoutMs: variable({
    name: 'JWT_JWKS_STARTUP_TIMEOUT_MS',
    default: '5000',
    parse: milliseconds(100),
    doc: 'time limit of the `jwks` start-up phase',
  }),
  jwksMaxStaleSeconds: variable({
    name: 'JWT_JWKS_MAX_STALE_SECONDS',
    default: '86400',
    parse: integer(1, MAX_STALE_SECONDS),
    doc: 'how long keys stay trusted when they cannot be refreshed; after that every JWT gets 503 until they can',
  }),
  algorithms: optional({
    name: 'JWT_ALGORITHMS',
    parse: listOf(oneOf(...JWT_ALGORITHMS)),
    doc: 'comma-separated list of allowed algorithms; by default all that the key supports',
  }),
  issuer: optional({ name: 'JWT_ISSUER', parse: text(512), doc: 'required `iss`, if set' }),
  audience: optional({ name: 'JWT_AUDIENCE', parse: text(512), doc: 'required `aud`, if set' }),
  clockToleranceSeconds: variable({
    name: 'JWT_CLOCK_TOLERANCE_SECONDS',
    default: '5',
    parse: integer(0, 300),
    doc: 'how far ahead of the clock `nbf` and `iat` may be; there is no tolerance for `exp`, since no ticket outlives its JWT',
  }),
  sessionClaim: variable({
    name: 'JWT_SESSION_CLAIM',
    default: 'sessionId',
    parse: text(128),
    doc: 'claim with the session id; `sid` if the JWT does not have it',
  }),
} as const;
