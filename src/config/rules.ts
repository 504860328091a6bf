import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Problem } from './config-error.ts';
import { jwtRules } from './jwt-rules.ts';
import { logoutAudienceProblem } from './logout-audience.ts';
import { rule } from './rule.ts';
import type { Config } from './variables.ts';

const drainFitsShutdown = rule(['shutdown.drainDelayMs', 'shutdown.timeoutMs'], ({ shutdown }) => {
  if (shutdown.timeoutMs > shutdown.drainDelayMs) return undefined;
  return {
    name: 'SHUTDOWN_TIMEOUT_MS',
    problem: `expected more than DRAIN_DELAY_MS (${shutdown.drainDelayMs}), found ${shutdown.timeoutMs}`,
  };
});

const noEmbeddedStoreInProduction = rule(['runtime.nodeEnv', 'redis.target'], ({ runtime, redis }) => {
  if (runtime.nodeEnv !== 'production' || redis.target.kind !== 'memory') return undefined;
  return {
    name: 'REDIS_URL',
    problem: 'expected redis:// or rediss://; in production memory:// is not allowed',
  };
});

const oneTopology = rule(
  ['redis.target', 'redis.sentinelMaster', 'redis.cluster'],
  ({ redis: { target, sentinelMaster, cluster } }) => {
    const single = sentinelMaster === undefined && !cluster;
    if (sentinelMaster !== undefined && cluster)
      return { name: 'REDIS_CLUSTER', problem: 'expected either REDIS_CLUSTER or REDIS_SENTINEL_MASTER, found both' };
    if (target.kind === 'memory' || target.socketPath !== undefined)
      return single
        ? undefined
        : { name: 'REDIS_URL', problem: 'expected redis:// or rediss:// with Sentinel or Cluster' };
    if (single && target.servers.length > 1)
      return {
        name: 'REDIS_URL',
        problem: 'expected one server; a list requires REDIS_SENTINEL_MASTER or REDIS_CLUSTER',
      };
    if (cluster && target.database !== 0)
      return { name: 'REDIS_URL', problem: 'expected database 0, the only one that a cluster has' };
    return undefined;
  },
);

const sentinelCredentialsAreUsed = rule(
  ['redis.sentinelMaster', 'redis.sentinelUsername', 'redis.sentinelPassword'],
  ({ redis: { sentinelMaster, sentinelUsername, sentinelPassword } }) => {
    if (sentinelUsername !== undefined && sentinelPassword === undefined)
      return { name: 'REDIS_SENTINEL_USERNAME', problem: 'expected REDIS_SENTINEL_PASSWORD to be set, too' };
    if (sentinelPassword === undefined || sentinelMaster !== undefined) return undefined;
    return { name: 'REDIS_SENTINEL_PASSWORD', problem: 'expected REDIS_SENTINEL_MASTER to be set, too' };
  },
);

const tlsIsUsed = rule(
  ['redis.target', 'redis.tlsCa', 'redis.tlsCert', 'redis.tlsKey', 'redis.tlsServername'],
  ({ redis: { target, tlsCa, tlsCert, tlsKey, tlsServername } }) => {
    const values = {
      REDIS_TLS_CA_FILE: tlsCa,
      REDIS_TLS_CERT_FILE: tlsCert,
      REDIS_TLS_KEY_FILE: tlsKey,
      REDIS_TLS_SERVERNAME: tlsServername,
    };
    const [name] = Object.entries(values).find(([, value]) => value !== undefined) ?? [];
    if (name === undefined || (target.kind === 'server' && target.tls)) return undefined;
    return { name, problem: 'expected REDIS_URL to be a rediss:// URL' };
  },
);

const clientCertificateHasItsKey = rule(['redis.tlsCert', 'redis.tlsKey'], ({ redis: { tlsCert, tlsKey } }) => {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsKey === undefined)
    return { name: 'REDIS_TLS_KEY_FILE', problem: 'expected to be set, too, since REDIS_TLS_CERT_FILE is' };
  if (tlsCert === undefined)
    return { name: 'REDIS_TLS_CERT_FILE', problem: 'expected to be set, too, since REDIS_TLS_KEY_FILE is' };
  if (new X509Certificate(tlsCert).checkPrivateKey(createPrivateKey(tlsKey))) return undefined;
  return {
    name: 'REDIS_TLS_KEY_FILE',
    problem: 'expected the private key of the first certificate in REDIS_TLS_CERT_FILE',
  };
});

const listenersDiffer = rule(['http.host', 'http.port', 'http.internalHost', 'http.internalPort'], ({ http }) => {
  if (http.port === 0 || http.port !== http.internalPort || http.host !== http.internalHost) return undefined;
  return { name: 'INTERNAL_PORT', problem: 'expected a port other than PORT, or off' };
});

const logoutTokensHaveAnIssuer = rule(
  ['jwt.issuer', 'jwt.issuers', 'backchannelLogout.audiences'],
  ({ jwt: { issuer = [], issuers = [] }, backchannelLogout: { audiences } }) =>
    audiences && logoutAudienceProblem(audiences, [...issuer, ...issuers]),
);

const rules = [
  ...jwtRules,
  drainFitsShutdown,
  noEmbeddedStoreInProduction,
  oneTopology,
  sentinelCredentialsAreUsed,
  tlsIsUsed,
  clientCertificateHasItsKey,
  listenersDiffer,
  logoutTokensHaveAnIssuer,
];

/** The problems of the rules whose variables were all read and parsed. */
export const brokenRules = (values: Partial<Config>, parsed: ReadonlySet<string>): readonly Problem[] =>
  rules
    .filter(({ needs }) => needs.every((path) => parsed.has(path)))
    .map(({ check }) => check(values as Config))
    .filter((problem) => problem !== undefined);
