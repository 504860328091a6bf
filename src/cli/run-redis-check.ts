import { setTimeout as delay } from 'node:timers/promises';
import { readSections } from '../config/read-config.ts';
import type { Environment } from '../config/sources.ts';
import { scrub } from '../protocol/redact.ts';
import { checkRedis, type RedisReport } from '../redis/check.ts';
import type { ProcessErrorCode } from '../startup/process-error.ts';
import { ProcessError } from '../startup/process-error.ts';
import { exitCodeOf, exitCodeOfSignal, OK } from './exit-codes.ts';
import { watchSignals } from './signals.ts';

const RETRY_EVERY_MS = 500;

export interface CheckRedisOptions {
  readonly url?: string;
  readonly timeout: number;
  readonly wait?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Checks Redis, again and again with `--wait`; prints what it found and resolves with the exit code. */
export const runRedisCheck = async (options: CheckRedisOptions): Promise<number> => {
  // Node itself would exit 1, which here says that Redis cannot be reached.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`ticketd: internal error: ${scrub(String(error.stack))}\n`);
    process.exit(exitCodeOf(error));
  });
  watchSignals().first.then((signal) => process.exit(exitCodeOfSignal(signal)));
  const { redis, limits } = await readSections(['runtime', 'redis', 'limits'], withUrl(process.env, options.url));
  const { target } = redis;
  if (target.kind === 'memory')
    return report({ ok: true, endpoint: 'memory://', topology: 'single', warnings: [EMBEDDED] }, options);
  const access = { target, redis, counts: limits.ticketRate !== 'off' };
  const check = (timeoutMs: number) => checkRedis({ ...access, timeoutMs: Math.min(timeoutMs, options.timeout) });
  const found =
    options.wait === undefined ? await check(options.timeout) : await keepChecking(check, options.wait * 1000);
  return report(found, options);
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
  if (!quiet) {
    if (json) process.stdout.write(`${JSON.stringify(found)}\n`);
    else tellPeople(found);
  }
  return codeOf(found);
};

const codeOf = ({ ok, waitExpired, problem }: Finding): number => {
  if (ok) return OK;
  const code: ProcessErrorCode = problem?.verdict === 'unreachable' ? 'REDIS_UNREACHABLE' : 'REDIS_UNUSABLE';
  return exitCodeOf(new ProcessError(waitExpired ? 'WAIT_EXPIRED' : code, ''));
};

const tellPeople = ({
  ok,
  endpoint,
  topology,
  version,
  role,
  masters,
  roundTripMs,
  clockDifferenceMs,
  warnings,
  problem,
}: Finding): void => {
  const place = topology === 'cluster' ? `cluster of ${masters} masters` : role;
  const about = [
    version && `version ${version}`,
    place,
    roundTripMs !== undefined && `${roundTripMs} ms`,
    clockDifferenceMs !== undefined && `clock ${clockDifferenceMs < 0 ? '' : '+'}${clockDifferenceMs} ms`,
  ];
  const facts = about.filter(Boolean).join(', ');
  if (ok) process.stdout.write(`usable: ${endpoint}${facts && ` (${facts})`}\n`);
  else process.stderr.write(`${problem?.verdict}: ${endpoint}: ${problem?.error}; ${problem?.remedy}\n`);
  for (const warning of new Set(warnings)) process.stderr.write(`warning: ${warning}\n`);
};
