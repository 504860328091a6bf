import type { Config, Section } from './fields.ts';
import { isTamperProof } from './jwks-url.ts';
import { algorithmsFor, type JwtAlgorithm, PUBLIC_KEY_ALGORITHMS } from './jwt-keys.ts';
import type { Problem } from './problems.ts';

type Path = { [S in Section]: `${S}.${keyof Config[S] & string}` }[Section];

/** Something that must hold between variables that are each right by themselves. */
interface Rule {
  readonly needs: readonly Path[];
  check(config: Config): Problem | undefined;
}

const rule = (needs: Rule['needs'], check: Rule['check']): Rule => ({ needs, check });

const exactlyOneKeySource = rule(['jwt.secrets', 'jwt.publicKey', 'jwt.jwksUrl'], ({ jwt }) => {
  const set = [jwt.secrets, jwt.publicKey, jwt.jwksUrl].filter((source) => source !== undefined);
  if (set.length === 1) return undefined;
  return {
    name: 'JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL',
    problem: `expected exactly one of them to be set, found ${set.length}`,
  };
});

const algorithmsFitKey = rule(['jwt.secrets', 'jwt.publicKey', 'jwt.jwksUrl', 'jwt.algorithms'], ({ jwt }) => {
  const able = ableOf(jwt);
  if (able === undefined || jwt.algorithms === undefined) return undefined;
  if (jwt.algorithms.every((algorithm) => able.includes(algorithm))) return undefined;
  return { name: 'JWT_ALGORITHMS', problem: `expected some of ${able.join(', ')}, which the key can do` };
});

const ableOf = ({ secrets, publicKey, jwksUrl }: Config['jwt']): readonly JwtAlgorithm[] | undefined => {
  const key = secrets?.[0] ?? publicKey;
  if (key !== undefined) return algorithmsFor(key);
  return jwksUrl && PUBLIC_KEY_ALGORITHMS;
};

const keysAreFetchedSafely = rule(['runtime.nodeEnv', 'jwt.jwksUrl'], ({ runtime, jwt: { jwksUrl } }) => {
  if (runtime.nodeEnv !== 'production' || jwksUrl === undefined || isTamperProof(jwksUrl)) return undefined;
  // Whoever can change the answer on its way signs tokens for anybody.
  return { name: 'JWT_JWKS_URL', problem: 'expected https:// in production, where http:// is for this machine alone' };
});

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
    problem: 'expected redis:// or rediss:// in production; memory:// is for trying things out',
  };
});

const oneTopology = rule(
  ['redis.target', 'redis.sentinelMaster', 'redis.cluster'],
  ({ redis: { target, sentinelMaster, cluster } }) => {
    const single = sentinelMaster === undefined && !cluster;
    if (sentinelMaster !== undefined && cluster)
      return { name: 'REDIS_CLUSTER', problem: 'expected either REDIS_CLUSTER or REDIS_SENTINEL_MASTER, found both' };
    if (target.kind === 'memory')
      return single
        ? undefined
        : { name: 'REDIS_URL', problem: 'expected redis:// or rediss:// with Sentinel or Cluster' };
    if (single && target.servers.length > 1)
      return { name: 'REDIS_URL', problem: 'expected one server; a list needs REDIS_SENTINEL_MASTER or REDIS_CLUSTER' };
    if (cluster && target.database !== 0)
      return { name: 'REDIS_URL', problem: 'expected database 0, the only one that a cluster has' };
    return undefined;
  },
);

const sentinelPasswordIsUsed = rule(
  ['redis.sentinelMaster', 'redis.sentinelPassword'],
  ({ redis: { sentinelMaster, sentinelPassword } }) => {
    if (sentinelPassword === undefined || sentinelMaster !== undefined) return undefined;
    return { name: 'REDIS_SENTINEL_PASSWORD', problem: 'expected REDIS_SENTINEL_MASTER with it' };
  },
);

const tlsIsUsed = rule(
  ['redis.target', 'redis.cluster', 'redis.tlsCa', 'redis.tlsServername'],
  ({ redis: { target, cluster, tlsCa, tlsServername } }) => {
    const name = tlsCa === undefined ? 'REDIS_TLS_SERVERNAME' : 'REDIS_TLS_CA_FILE';
    const tls = target.kind === 'server' && target.tls;
    if (!tls && (tlsCa !== undefined || tlsServername !== undefined))
      return { name, problem: 'expected a rediss:// URL with it' };
    if (cluster && tlsServername !== undefined)
      return {
        name: 'REDIS_TLS_SERVERNAME',
        problem: 'expected none with REDIS_CLUSTER, whose nodes have a name each',
      };
    return undefined;
  },
);

const listenersDiffer = rule(['http.host', 'http.port', 'http.internalHost', 'http.internalPort'], ({ http }) => {
  if (http.port === 0 || http.port !== http.internalPort || http.host !== http.internalHost) return undefined;
  return { name: 'INTERNAL_PORT', problem: 'expected another port than PORT, or off' };
});

const rules = [
  exactlyOneKeySource,
  algorithmsFitKey,
  keysAreFetchedSafely,
  drainFitsShutdown,
  noEmbeddedStoreInProduction,
  oneTopology,
  sentinelPasswordIsUsed,
  tlsIsUsed,
  listenersDiffer,
];

/** The rules broken among those whose variables were all read and could all be parsed. */
export const brokenRules = (values: Partial<Config>, parsed: ReadonlySet<string>): readonly Problem[] =>
  rules
    .filter(({ needs }) => needs.every((path) => parsed.has(path)))
    .map(({ check }) => check(values as Config))
    .filter((problem) => problem !== undefined);
