import type { Redis } from 'ioredis';

const WARN_FROM_MS = 1000;

/**
 * By how many milliseconds, at least, a server's clock is ahead of this machine's: 0 where it may have said its time at
 * any moment between question and reply. `undefined` where it does not say.
 */
export const clockDifferenceOf = async (node: Pick<Redis, 'time'>, now = Date.now): Promise<number | undefined> => {
  const askedAt = now();
  const [seconds, microseconds] = await node.time().catch(() => []);
  if (seconds === undefined || microseconds === undefined) return undefined;
  const told = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
  return told - Math.max(askedAt, Math.min(told, now()));
};

/** The one that is furthest off, of those that are known. */
export const largestDifference = (differences: readonly (number | undefined)[]): number | undefined =>
  differences.filter((one) => one !== undefined).toSorted((a, b) => Math.abs(b) - Math.abs(a))[0];

/** Tickets and revocations ask no clock, but Redis is mostly in step: the clock that is wrong may be this machine's. */
export const clockWarnings = (differenceMs: number | undefined): readonly string[] => {
  if (differenceMs === undefined || Math.abs(differenceMs) < WARN_FROM_MS) return [];
  const seconds = (Math.abs(differenceMs) / 1000).toFixed(1);
  const side = differenceMs > 0 ? 'ahead of' : 'behind';
  return [
    `the clock of Redis is ${seconds} s ${side} this machine's: if this one is wrong, exp and nbf of JWTs are judged wrongly by as much; set both by NTP`,
  ];
};
