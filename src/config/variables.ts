import { cidrList } from './cidrs.ts';
import { jwtVariables } from './jwt-variables.ts';
import { logoutAudience } from './logout-audience.ts';
import {
  gatewayKey,
  host,
  integer,
  listOf,
  milliseconds,
  oneOf,
  origin,
  portOrOff,
  rateLimitOrOff,
  ticketClaim,
} from './parsers.ts';
import { redisVariables } from './redis-variables.ts';
import { optional, type Variable, variable } from './variable.ts';

/** The longest TTL that any instance can be configured with. */
export const MAX_TTL_SECONDS = 300;

// A gateway may be away for longer than a restart, and the JWT of a session that has ended is valid for a month at most.
const MIN_RETENTION_SECONDS = 60;
const MAX_RETENTION_SECONDS = 2_592_000;

// Above every default of load balancers: Google's is 10 minutes, Envoy's an hour.
const MAX_KEEP_ALIVE_MS = 7_200_000;

/** The table of environment variables: parsing, `check-config` and the README table use it. Add a variable here. */
export const variables = {
  runtime: {
    nodeEnv: variable({
      name: 'NODE_ENV',
      default: 'development',
      parse: oneOf('development', 'test', 'production'),
      doc: '`production` turns on fail-closed and the drain delay; `development` and `test` are the same',
    }),
    logLevel: variable({
      name: 'LOG_LEVEL',
      default: 'info',
      parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
      doc: 'lowest level that is logged; `debug` adds a line for each request',
    }),
  },
  http: {
    host: optional({
      name: 'HOST',
      parse: host,
      doc: 'address of the public listener; by default all of this machine, IPv4 and IPv6',
    }),
    port: variable({
      name: 'PORT',
      default: '3000',
      parse: integer(0, 65_535),
      doc: 'port of the public listener; `0` selects a free port (see `server_listening`)',
    }),
    internalHost: optional({
      name: 'INTERNAL_HOST',
      parse: host,
      doc: 'the same for the internal listener',
    }),
    internalPort: variable({
      name: 'INTERNAL_PORT',
      default: '3001',
      parse: portOrOff,
      doc: 'port of the internal listener (redeem, revocation feed, metrics, probes), or `off`; do not expose it to the internet',
    }),
    keepAliveTimeoutMs: variable({
      name: 'KEEP_ALIVE_TIMEOUT_MS',
      default: '75000',
      parse: integer(1_000, MAX_KEEP_ALIVE_MS),
      doc: 'how long an idle connection stays open, 1 s to 2 h; must exceed the idle timeout of the load balancer',
    }),
    trustedProxies: optional({
      name: 'TRUSTED_PROXIES',
      parse: cidrList,
      doc: 'comma-separated addresses and networks of the proxies whose `X-Forwarded-For` is trusted; none by default',
    }),
    corsOrigins: optional({
      name: 'CORS_ORIGINS',
      parse: listOf(origin),
      doc: 'comma-separated origins whose pages may request tickets, each as the browser sends it (`https://app.example`)',
    }),
  },
  gateways: {
    keys: optional({
      name: 'GATEWAY_KEYS',
      parse: listOf(gatewayKey),
      doc: 'comma-separated keys with which gateways redeem and follow revocations, and back ends log users out, each at least 32 characters; set two to rotate; without a key these paths are off',
      secret: true,
    }),
  },
  forwardAuth: {
    trusted: optional({
      name: 'FORWARD_AUTH_TRUSTED',
      parse: cidrList,
      doc: 'comma-separated addresses and networks of the proxies that may call `/forward-auth/…`; if not set, these paths are off',
    }),
  },
  revocations: {
    retentionSeconds: variable({
      name: 'REVOCATION_RETENTION_SECONDS',
      default: '86400',
      parse: integer(MIN_RETENTION_SECONDS, MAX_RETENTION_SECONDS),
      doc: 'how long ticketd remembers a revocation: for gateways that were away, and to reject the JWTs of a session that has ended; must exceed the lifetime of a JWT',
    }),
  },
  redis: redisVariables,
  startup: {
    timeoutMs: variable({
      name: 'STARTUP_TIMEOUT_MS',
      default: '20000',
      parse: milliseconds(100),
      doc: 'time limit of the whole start-up',
    }),
  },
  shutdown: {
    drainDelayMs: variable({
      name: 'DRAIN_DELAY_MS',
      default: { production: '10000', otherwise: '0' },
      parse: milliseconds(0),
      doc: 'how long ticketd answers requests after SIGTERM while `/ready` returns 503',
    }),
    timeoutMs: variable({
      name: 'SHUTDOWN_TIMEOUT_MS',
      default: '25000',
      parse: milliseconds(100),
      doc: 'time limit of the whole shutdown, after which ticketd closes open connections; must exceed `DRAIN_DELAY_MS`',
    }),
  },
  tickets: {
    ttlSeconds: variable({
      name: 'TICKET_TTL_SECONDS',
      default: '30',
      parse: integer(1, MAX_TTL_SECONDS),
      doc: 'time to live of a ticket, 1 to 300; a ticket never outlives its JWT',
    }),
    claims: optional({
      name: 'TICKET_CLAIMS',
      parse: listOf(ticketClaim),
      doc: 'comma-separated claims of the JWT that the gateway gets with the ticket, such as `tenant,roles`; 1 KiB of JSON in all, else the request gets 400; none of `active`, `iss`, `sub`, `sid`, `aud`, `exp`, `nbf`, `iat`, `jti`, `token_type` and `channel`, which a ticket has itself',
    }),
  },
  limits: {
    ticketRate: variable({
      name: 'TICKET_RATE_LIMIT',
      default: 'off',
      parse: rateLimitOrOff,
      doc: '`N/S`: at most N tickets for each subject in S seconds, across all instances; or `off`',
    }),
  },
  jwt: jwtVariables,
  backchannelLogout: {
    audiences: optional({
      name: 'BACKCHANNEL_LOGOUT_AUDIENCE',
      parse: listOf(logoutAudience),
      doc: 'comma-separated client ids that logout tokens may be for, each alone or as `<issuer> <client id>`; requires `JWT_ISSUER` or `JWT_ISSUERS`; if not set, back-channel logout is off',
    }),
  },
} as const;

export type Section = keyof typeof variables;

type ValuesOf<F> = { readonly [K in keyof F]: F[K] extends Variable<infer T> ? T : never };

/** The parsed configuration, by section. */
export type Config = { readonly [S in Section]: ValuesOf<(typeof variables)[S]> };
