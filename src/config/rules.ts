import type { Config, Section } from './fields.ts';
import { algorithmsFor } from './jwt-keys.ts';
import type { Problem } from './problems.ts';

type Path = { [S in Section]: `${S}.${keyof Config[S] & string}` }[Section];

/** Something that must hold between variables that are each right by themselves. */
interface Rule {
  readonly needs: readonly Path[];
  check(config: Config): Problem | undefined;
}

const rule = (needs: Rule['needs'], check: Rule['check']): Rule => ({ needs, check });

const exactlyOneKeySource = rule(['jwt.secrets', 'jwt.publicKey'], ({ jwt }) => {
  const set = [jwt.secrets, jwt.publicKey].filter((source) => source !== undefined);
  if (set.length === 1) return undefined;
  return { name: 'JWT_SECRET, JWT_PUBLIC_KEY', problem: `expected exactly one of them to be set, found ${set.length}` };
});

const algorithmsFitKey = rule(['jwt.secrets', 'jwt.publicKey', 'jwt.algorithms'], ({ jwt }) => {
  const key = jwt.secrets?.[0] ?? jwt.publicKey;
  if (key === undefined || jwt.algorithms === undefined) return undefined;
  const able = algorithmsFor(key);
  if (jwt.algorithms.every((algorithm) => able.includes(algorithm))) return undefined;
  return { name: 'JWT_ALGORITHMS', problem: `expected some of ${able.join(', ')}, which the key can do` };
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

const listenersDiffer = rule(['http.host', 'http.port', 'http.internalHost', 'http.internalPort'], ({ http }) => {
  if (http.port === 0 || http.port !== http.internalPort || http.host !== http.internalHost) return undefined;
  return { name: 'INTERNAL_PORT', problem: 'expected another port than PORT, or off' };
});

const rules = [exactlyOneKeySource, algorithmsFitKey, drainFitsShutdown, noEmbeddedStoreInProduction, listenersDiffer];

/** The rules broken among those whose variables were all read and could all be parsed. */
export const brokenRules = (values: Partial<Config>, parsed: ReadonlySet<string>): readonly Problem[] =>
  rules
    .filter(({ needs }) => needs.every((path) => parsed.has(path)))
    .map(({ check }) => check(values as Config))
    .filter((problem) => problem !== undefined);
