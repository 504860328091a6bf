import { JWT_ALGORITHMS } from './jwt-algorithms.ts';
import { publicKeys } from './jwt-keys.ts';
import { SECRET_ENCODINGS } from './jwt-secrets.ts';
import { issuerUrl, jwksUrl } from './key-urls.ts';
import { boolean, integer, listOf, matching, milliseconds, oneOf, text } from './parsers.ts';
import { optional, variable } from './variable.ts';

// 30 days: a key that the provider withdrew must not stay trusted forever.
const MAX_STALE_SECONDS = 2_592_000;

/** The largest clock tolerance that any instance can be configured with. */
export const MAX_CLOCK_TOLERANCE_SECONDS = 300;

/** The variables that decide which JWTs are accepted. */
export const jwtVariables = {
  secrets: optional({
    name: 'JWT_SECRET',
    // `jwt-rules.ts` decodes it, as JWT_SECRET_ENCODING says.
    parse: listOf((secret) => secret),
    doc: 'HMAC secret of at least 32 bytes (48 for HS384, 64 for HS512); a comma-separated list of secrets to rotate',
    secret: true,
  }),
  secretEncoding: variable({
    name: 'JWT_SECRET_ENCODING',
    default: 'utf8',
    parse: oneOf(...SECRET_ENCODINGS),
    doc: 'how `JWT_SECRET` is written: `utf8` (the text is the secret), `base64`, `base64url` or `hex`',
  }),
  publicKeys: optional({
    name: 'JWT_PUBLIC_KEY',
    parse: publicKeys,
    doc: 'PEM public keys or certificates, or base64 of them: RSA, EC (P-256, P-384, P-521) or Ed25519; several PEM blocks to rotate',
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
  issuers: optional({
    name: 'JWT_ISSUERS',
    parse: listOf(issuerUrl),
    doc: 'comma-separated URLs of identity providers, each exactly as `iss`; ticketd finds their keys by OpenID Connect discovery (or RFC 8414). Only its own keys verify a JWT of such an issuer',
  }),
  algorithms: optional({
    name: 'JWT_ALGORITHMS',
    parse: listOf(oneOf(...JWT_ALGORITHMS)),
    doc: 'comma-separated list of allowed algorithms; by default all that the keys support',
  }),
  issuer: optional({
    name: 'JWT_ISSUER',
    parse: listOf(text(512)),
    doc: 'comma-separated list; required `iss`, if set, of JWTs that are not of `JWT_ISSUERS`',
  }),
  audience: optional({
    name: 'JWT_AUDIENCE',
    parse: listOf(text(512)),
    doc: 'comma-separated list, one of which `aud` must have, if set; in production required with `JWT_ISSUERS`, unless `JWT_CLIENT_ID` is set',
  }),
  clientId: optional({
    name: 'JWT_CLIENT_ID',
    parse: listOf(text(512)),
    doc: 'comma-separated list, one of which must be the `client_id` or `azp` of a JWT, if set',
  }),
  type: optional({
    name: 'JWT_TYPE',
    parse: oneOf('at+jwt'),
    doc: '`at+jwt` accepts only JWTs whose `typ` says that they are access tokens (RFC 9068)',
  }),
  cookie: optional({
    name: 'JWT_COOKIE',
    parse: matching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'the name of a cookie, such as __Host-jwt'),
    doc: 'name of a cookie that may carry the JWT, best with the prefix `__Host-`; only for pages of `CORS_ORIGINS` and of the origin of ticketd itself',
  }),
  clockToleranceSeconds: variable({
    name: 'JWT_CLOCK_TOLERANCE_SECONDS',
    default: '5',
    parse: integer(0, MAX_CLOCK_TOLERANCE_SECONDS),
    doc: 'how far ahead of the clock `nbf` and `iat` may be; there is no tolerance for `exp`, since no ticket outlives its JWT',
  }),
  subjectClaim: variable({
    name: 'JWT_SUBJECT_CLAIM',
    default: 'sub',
    parse: text(128),
    doc: 'claim with the subject: a string, or an integer within ±(2^53−1); no other claim replaces it',
  }),
  sessionClaim: variable({
    name: 'JWT_SESSION_CLAIM',
    default: 'sessionId',
    parse: text(128),
    doc: 'claim with the session id; `sid` if the JWT does not have it',
  }),
} as const;
