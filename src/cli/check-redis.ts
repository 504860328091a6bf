import { setTimeout as delay } from 'node:timers/promises';
import { readSections } from '../config/read-config.ts';
import type { Environment } from '../config/sources.ts';
import { scrub } from '../protocol/redact.ts';
import { checkRedis, type RedisReport } from '../redis/check.ts';
import { EXIT_CODES, exitCodeOf, exitCodeOfSignal, INTERNAL_ERROR, OK } from './exit-codes.ts';
import { watchSignals } from './signals.ts';

const RETRY_EVERY_MS = 500;

export interface CheckRedisOptions {
  readonly url?: string;
  readonly timeout: number;
  readonly wait?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Checks Redis, with `wait` until it is usable; prints what it found and resolves with the exit code. */
export const checkRedisCommand = async (options: CheckRedisOptions): Promise<number> => {
  exitOnUncaughtError();
  watchSignals().first.then((signal) => process.exit(exitCodeOfSignal(signal)));
  try {
    return report(await find(options), options);
  } catch (error) {
    if (!options.quiet) throw error;
    return exitCodeOf(error);
  }
};

// By itself Node.js exits with 1, which here means that Redis is unreachable.
const exitOnUncaughtError = (): void => {
  process.on('uncaughtException', (error) => {
    process.stderr.write(`ticketd: internal error: ${scrub(String(error.stack))}\n`);
    process.exit(INTERNAL_ERROR);
  });
};

const find = async ({ url, timeout, wait }: CheckRedisOptions): Promise<Finding> => {
  const { redis, limits } = await readSections(['runtime', 'redis', 'limits'], withUrl(process.env, url));
  const { target } = redis;
  if (target.kind === 'memory') return { ok: true, endpoint: 'memory://', topology: 'single', warnings: [EMBEDDED] };
  const access = { target, redis, counts: limits.ticketRate !== 'off' };
  const check = (timeoutMs: number) => checkRedis({ ...access, timeoutMs: Math.min(timeoutMs, timeout) });
  return wait === undefined ? check(timeout) : keepChecking(check, wait * 1000);
};

const EMBEDDED = 'memory:// is the embedded store: there is no Redis to check';

const withUrl = (env: Environment, url: string | undefined): Environment =>
  url === undefined ? env : { ...env, REDIS_URL: url, REDIS_URL_FILE: undefined };

interface Finding extends RedisReport {
  readonly waitExpired?: boolean;
}

const keepChecking = async (check: (timeoutMs: number) => Promise<RedisReport>, waitMs: number): Promise<Finding> => {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const found = await check(Math.max(1, deadline - performance.now()));
    if (found.ok) return found;
    if (performance.now() + RETRY_EVERY_MS >= deadline) return { ...found, waitExpired: true };
    await delay(RETRY_EVERY_MS);
  }
};

const report = (found: Finding, { json, quiet }: CheckRedisOptions): number => {
  if (json && !quiet) process.stdout.write(`${JSON.stringify(found)}\n`);
  else if (!quiet) printText(found);
  return codeOf(found);
};

const codeOf = ({ ok, waitExpired, problem }: Finding): number => {
  if (ok) return OK;
  if (waitExpired) return EXIT_CODES.WAIT_EXPIRED;
  return problem?.verdict === 'unreachable' ? EXIT_CODES.REDIS_UNREACHABLE : EXIT_CODES.REDIS_UNUSABLE;
};

const printText = (found: Finding): void => {
  const { ok, endpoint, warnings, problem } = found;
  if (ok) process.stdout.write(`usable: ${endpoint}${factsOf(found)}\n`);
  else process.stderr.write(`${problem?.verdict}: ${endpoint}: ${problem?.error}; ${problem?.remedy}\n`);
  for (const warning of new Set(warnings)) process.stderr.write(`warning: ${warning}\n`);
};

const factsOf = ({ topology, version, role, masters, roundTripMs, clockDifferenceMs }: Finding): string => {
  const facts = [
    version && `version ${version}`,
    topology === 'cluster' ? `cluster of ${masters} masters` : role,
    roundTripMs !== undefined && `${roundTripMs} ms`,
    clockDifferenceMs !== undefined && `clock ${clockDifferenceMs < 0 ? '' : '+'}${clockDifferenceMs} ms`,
  ].filter(Boolean);
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
};
