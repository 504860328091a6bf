import { certificates } from './certificates.ts';
import { cidrList } from './cidrs.ts';
import { type Field, field, optional } from './field.ts';
import { jwtFields } from './jwt-fields.ts';
import {
  boolean,
  gatewayKey,
  host,
  integer,
  listOf,
  matching,
  milliseconds,
  oneOf,
  origin,
  portOrOff,
  text,
} from './parsers.ts';
import { endpointOf, redisUrl } from './redis-url.ts';
import { limitFields, ticketFields } from './ticket-fields.ts';

/** Every variable that ticketd reads, by the part of the service that it is for. */
export const fields = {
  runtime: {
    nodeEnv: field({
      name: 'NODE_ENV',
      default: 'development',
      parse: oneOf('development', 'test', 'production'),
      doc: '`production` turns on fail-closed and the drain delay; `development` and `test` are alike',
    }),
    logLevel: field({
      name: 'LOG_LEVEL',
      default: 'info',
      parse: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
      doc: 'least level that is logged; `debug` adds a line for each request',
    }),
  },
  http: {
    host: field({ name: 'HOST', default: '0.0.0.0', parse: host, doc: 'address of the public listener' }),
    port: field({
      name: 'PORT',
      default: '3000',
      parse: integer(0, 65_535),
      doc: 'port of the public listener; `0` takes any free one (see `server_listening`)',
    }),
    internalHost: field({
      name: 'INTERNAL_HOST',
      default: '0.0.0.0',
      parse: host,
      doc: 'address of the internal listener',
    }),
    internalPort: field({
      name: 'INTERNAL_PORT',
      default: '3001',
      parse: portOrOff,
      doc: 'port of the internal listener (redeem, metrics, probes), or `off` for none; never route it publicly',
    }),
    trustedProxies: optional({
      name: 'TRUSTED_PROXIES',
      parse: cidrList,
      doc: "comma-separated addresses and networks of the proxies whose `X-Forwarded-For` is believed; nobody's unless set",
    }),
    corsOrigins: optional({
      name: 'CORS_ORIGINS',
      parse: listOf(origin),
      doc: 'comma-separated origins whose pages may ask for tickets, each as the browser sends it (`https://app.example`)',
    }),
  },
  gateways: {
    keys: optional({
      name: 'GATEWAY_KEYS',
      parse: listOf(gatewayKey),
      doc: 'keys that gateways redeem with, each at least 32 characters; list two to rotate; without one there is no redeem endpoint',
      secret: true,
    }),
  },
  forwardAuth: {
    trusted: optional({
      name: 'FORWARD_AUTH_TRUSTED',
      parse: cidrList,
      doc: 'comma-separated addresses and networks of the proxies that may ask at `/forward-auth/…`; without one there is no such path',
    }),
  },
  redis: {
    target: field({
      name: 'REDIS_URL',
      default: 'redis://localhost:6379',
      parse: redisUrl,
      doc: '`redis://` or `rediss://` (TLS), user and password percent-encoded, database as path; a comma-separated list for Sentinel and Cluster; `memory://` is an embedded store, refused in production',
      secret: true,
      mask: (url) => endpointOf(redisUrl(url)),
    }),
    sentinelMaster: optional({
      name: 'REDIS_SENTINEL_MASTER',
      parse: matching(/^[A-Za-z0-9._-]{1,128}$/, '1 to 128 of A-Z a-z 0-9 . _ -'),
      doc: 'name of the master; makes the servers of `REDIS_URL` Sentinels',
    }),
    sentinelPassword: optional({
      name: 'REDIS_SENTINEL_PASSWORD',
      parse: text(512),
      doc: 'password of the Sentinels themselves',
      secret: true,
    }),
    cluster: field({
      name: 'REDIS_CLUSTER',
      default: 'false',
      parse: boolean,
      doc: 'makes the servers of `REDIS_URL` seed nodes of a cluster',
    }),
    tlsCa: optional({
      name: 'REDIS_TLS_CA_FILE',
      parse: certificates,
      doc: 'PEM file of the authorities to trust with `rediss://`, in place of the usual ones; certificates are always verified',
    }),
    tlsServername: optional({
      name: 'REDIS_TLS_SERVERNAME',
      parse: host,
      doc: 'name that the certificate must bear, where it is not the host of `REDIS_URL`',
    }),
    startupTimeoutMs: field({
      name: 'REDIS_STARTUP_TIMEOUT_MS',
      default: '8000',
      parse: milliseconds(100),
      doc: 'time limit of the `redis` start-up phase',
    }),
    connectTimeoutMs: field({
      name: 'REDIS_CONNECT_TIMEOUT_MS',
      default: '2000',
      parse: milliseconds(50),
      doc: 'time limit of one connection attempt',
    }),
    commandTimeoutMs: field({
      name: 'REDIS_COMMAND_TIMEOUT_MS',
      default: '2000',
      parse: milliseconds(50),
      doc: 'time limit of one Redis command',
    }),
    keyPrefix: field({
      name: 'REDIS_KEY_PREFIX',
      default: 'ticketd:',
      parse: matching(/^[A-Za-z0-9:._/-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 : . _ / -'),
      doc: 'before every key',
    }),
    failClosed: field({
      name: 'REDIS_FAIL_CLOSED',
      default: { production: 'true', otherwise: 'false' },
      parse: boolean,
      doc: 'exit 1 when Redis is not ready in time, rather than go on degraded',
    }),
  },
  startup: {
    timeoutMs: field({
      name: 'STARTUP_TIMEOUT_MS',
      default: '20000',
      parse: milliseconds(100),
      doc: 'deadline of the whole start-up',
    }),
  },
  shutdown: {
    drainDelayMs: field({
      name: 'DRAIN_DELAY_MS',
      default: { production: '10000', otherwise: '0' },
      parse: milliseconds(0),
      doc: 'how long requests are still served after SIGTERM while `/ready` says 503',
    }),
    timeoutMs: field({
      name: 'SHUTDOWN_TIMEOUT_MS',
      default: '25000',
      parse: milliseconds(100),
      doc: 'deadline of the whole shutdown, past which connections are cut; must exceed `DRAIN_DELAY_MS`',
    }),
  },
  tickets: ticketFields,
  limits: limitFields,
  jwt: jwtFields,
} as const;

export type Section = keyof typeof fields;

type ValuesOf<F> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** The configuration in force, parsed, by section. */
export type Config = { readonly [S in Section]: ValuesOf<(typeof fields)[S]> };
