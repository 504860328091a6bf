import { boolean, certificates, host, integer, matching, milliseconds, text } from './parsers.ts';
import { privateKey } from './private-key.ts';
import { endpointOf, redisUrl } from './redis-url.ts';
import { optional, variable } from './variable.ts';

/** The variables of the connection to Redis. */
export const redisVariables = {
  target: variable({
    name: 'REDIS_URL',
    default: 'redis://localhost:6379',
    parse: redisUrl,
    doc: '`redis://` or `rediss://` (TLS), `valkey://` or `valkeys://`, user and password percent-encoded, database as path; `unix://user:password@/path?db=0` for a socket; a comma-separated list for Sentinel and Cluster; `memory://` is an embedded store, rejected in production',
    secret: true,
    mask: (url) => endpointOf(redisUrl(url)),
  }),
  sentinelMaster: optional({
    name: 'REDIS_SENTINEL_MASTER',
    parse: matching(/^[A-Za-z0-9._-]{1,128}$/, '1 to 128 of A-Z a-z 0-9 . _ -'),
    doc: 'name of the master; the servers of `REDIS_URL` are then Sentinels',
  }),
  sentinelUsername: optional({
    name: 'REDIS_SENTINEL_USERNAME',
    parse: text(128),
    doc: 'user of the Sentinels, if they have an ACL; with `REDIS_SENTINEL_PASSWORD`',
  }),
  sentinelPassword: optional({
    name: 'REDIS_SENTINEL_PASSWORD',
    parse: text(512),
    doc: 'password of the Sentinels',
    secret: true,
  }),
  cluster: variable({
    name: 'REDIS_CLUSTER',
    default: 'false',
    parse: boolean,
    doc: '`true`: the servers of `REDIS_URL` are seed nodes of a cluster',
  }),
  tlsCa: optional({
    name: 'REDIS_TLS_CA_FILE',
    parse: certificates,
    doc: 'PEM file of the certificate authorities to trust with `rediss://`, instead of the default ones; certificates are always verified',
  }),
  tlsCert: optional({
    name: 'REDIS_TLS_CERT_FILE',
    parse: certificates,
    doc: 'PEM file of the client certificate, if Redis wants one, followed by its intermediate certificates',
  }),
  tlsKey: optional({
    name: 'REDIS_TLS_KEY_FILE',
    parse: privateKey,
    doc: 'PEM file of its private key, without a passphrase',
  }),
  tlsServername: optional({
    name: 'REDIS_TLS_SERVERNAME',
    parse: host,
    doc: 'name that the certificate must contain, if it is not the host of `REDIS_URL`; in a cluster that of every node',
  }),
  startupTimeoutMs: variable({
    name: 'REDIS_STARTUP_TIMEOUT_MS',
    default: '8000',
    parse: milliseconds(100),
    doc: 'time limit of the `redis` start-up phase',
  }),
  connectTimeoutMs: variable({
    name: 'REDIS_CONNECT_TIMEOUT_MS',
    default: '2000',
    parse: milliseconds(50),
    doc: 'time limit of one connection attempt',
  }),
  commandTimeoutMs: variable({
    name: 'REDIS_COMMAND_TIMEOUT_MS',
    default: '2000',
    parse: milliseconds(50),
    doc: 'time limit of one Redis command',
  }),
  heartbeatMs: variable({
    name: 'REDIS_HEARTBEAT_MS',
    default: '500',
    parse: integer(500, 30_000),
    doc: 'time between two readiness writes, 500 to 30000; a longer one detects an outage later and sends fewer commands',
  }),
  keyPrefix: variable({
    name: 'REDIS_KEY_PREFIX',
    default: 'ticketd:',
    parse: matching(/^[A-Za-z0-9:._/-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 : . _ / -'),
    doc: 'prefix of every key',
  }),
  failClosed: variable({
    name: 'REDIS_FAIL_CLOSED',
    default: { production: 'true', otherwise: 'false' },
    parse: boolean,
    doc: 'exit 1 when Redis is not ready in time, instead of starting in degraded mode',
  }),
} as const;
