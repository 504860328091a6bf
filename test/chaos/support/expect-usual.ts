import { expect } from 'chai';
import type { Report } from './observe.ts';

/** The code in `redis_down` if the connection closed, and if Redis did not reply. */
export const CLOSED = /^(ECONNRESET|EPIPE)$/;
export const NO_REPLY = /^ETIMEDOUT$/;
/** If a master of a cluster is gone: a write to it fails (ioredis throws a plain `Error`), or another node reports it. */
export const MASTER_LOST = /^(Error|ECONNRESET|ECONNREFUSED|ENOTCONN|EPIPE|ETIMEDOUT|CLUSTERDOWN)$/;

// A command times out after 2 s: only a request that hangs takes five times as long.
const LONGEST_REQUEST_MS = 10_000;

/** What holds under every fault. `detectedBy` is the code in `redis_down`, `never` where the service stays ready. */
export const expectUsual = (report: Report, detectedBy: RegExp | 'never'): void => {
  const once = detectedBy === 'never' ? 0 : 1;
  expect(report.flips, 'changes of readiness').to.deep.equal({ down: once, up: once });
  expect(report.reported, 'redis_down and redis_up').to.deep.equal({ down: once, up: once });
  for (const code of report.downCodes) expect(code, 'code in redis_down').to.match(detectedBy as RegExp);
  expect(report.longestMs, 'longest request in ms').to.be.below(LONGEST_REQUEST_MS);
  expect(Object.keys(report.answers), 'statuses').to.satisfy(onlyKnown, '200 and 503 alone');
  expect(Object.keys(report.afterwards), 'statuses once it was over').to.deep.equal(['200']);
  expect(report.without.retryAfter, '503 without Retry-After').to.equal(0);
  expect(report.unhandled, 'unhandled rejections').to.deep.equal([]);
  expect(report.leaked, 'secrets in the events').to.deep.equal([]);
};

const onlyKnown = (statuses: readonly string[]): boolean =>
  statuses.every((status) => status === '200' || status === '503') && statuses.includes('200');
