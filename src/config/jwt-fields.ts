import { field, optional } from './field.ts';
import { jwksUrl } from './jwks-url.ts';
import { hmacSecret, JWT_ALGORITHMS, publicKey } from './jwt-keys.ts';
import { integer, listOf, milliseconds, oneOf, text } from './parsers.ts';

// 30 days: beyond that, a withdrawn key would stay trusted for as good as ever.
const MAX_STALE_SECONDS = 2_592_000;

/** The variables that say which JWTs are taken. */
export const jwtFields = {
  secrets: optional({
    name: 'JWT_SECRET',
    parse: listOf(hmacSecret),
    doc: 'HS256 secret of at least 32 bytes; a comma-separated list rotates',
    secret: true,
  }),
  publicKey: optional({
    name: 'JWT_PUBLIC_KEY',
    parse: publicKey,
    doc: 'PEM public key: RSA (RS256, PS256) or EC P-256 (ES256)',
    secret: true,
  }),
  jwksUrl: optional({
    name: 'JWT_JWKS_URL',
    parse: jwksUrl,
    doc: 'where the identity provider publishes its keys: `https://`, or `http://` to this machine, outside production to any',
  }),
  jwksStartupTimeoutMs: field({
    name: 'JWT_JWKS_STARTUP_TIMEOUT_MS',
    default: '5000',
    parse: milliseconds(100),
    doc: 'time limit of the `jwks` start-up phase',
  }),
  jwksMaxStaleSeconds: field({
    name: 'JWT_JWKS_MAX_STALE_SECONDS',
    default: '86400',
    parse: integer(1, MAX_STALE_SECONDS),
    doc: 'how long keys stay trusted when they cannot be refreshed; then every JWT gets 503 until they can',
  }),
  algorithms: optional({
    name: 'JWT_ALGORITHMS',
    parse: listOf(oneOf(...JWT_ALGORITHMS)),
    doc: 'allow-list among those that the key can do; all of them unless set',
  }),
  issuer: optional({ name: 'JWT_ISSUER', parse: text(512), doc: 'demanded `iss`, when set' }),
  audience: optional({ name: 'JWT_AUDIENCE', parse: text(512), doc: 'demanded `aud`, when set' }),
  clockToleranceSeconds: field({
    name: 'JWT_CLOCK_TOLERANCE_SECONDS',
    default: '5',
    parse: integer(0, 300),
    doc: 'how far ahead of the clock `nbf` and `iat` may be; `exp` gets nothing, since no ticket outlives its JWT',
  }),
  sessionClaim: field({
    name: 'JWT_SESSION_CLAIM',
    default: 'sessionId',
    parse: text(128),
    doc: 'claim that names the session; `sid` where the JWT has none of it',
  }),
} as const;
