import { expect } from 'chai';
import type { Report } from './observe.ts';

const LONGEST_REQUEST_MS = 2200;
const RECOVERY_MS = 3000;

export interface Bounds {
  /** How soon the fault is to be told; `never` where the service is to stay ready. */
  readonly detectedWithinMs: number | 'never';
  readonly recoveredWithinMs?: number;
}

/** What holds under every fault, whatever else does. */
export const expectUsual = (report: Report, { detectedWithinMs, recoveredWithinMs = RECOVERY_MS }: Bounds): void => {
  const once = detectedWithinMs === 'never' ? 0 : 1;
  expect(report.flips, 'changes of readiness').to.deep.equal({ down: once, up: once });
  expect(report.told, 'redis_down and redis_up').to.deep.equal({ down: once, up: once });
  const measured = (what: keyof Report) => expect(Number(report[what]) - report.stalledMs, what);
  if (detectedWithinMs !== 'never') {
    measured('detectedMs').to.be.at.most(detectedWithinMs);
    measured('recoveredMs').to.be.at.most(recoveredWithinMs);
  }
  measured('longestMs').to.be.at.most(LONGEST_REQUEST_MS);
  expect(Object.keys(report.answers), 'statuses').to.satisfy(onlyKnown, '200 and 503 alone');
  expect(Object.keys(report.afterwards), 'statuses once it was over').to.deep.equal(['200']);
  expect(report.without.retryAfter, '503 without Retry-After').to.equal(0);
  expect(report.unhandled, 'unhandled rejections').to.deep.equal([]);
  expect(report.leaked, 'secrets in the events').to.deep.equal([]);
};

const onlyKnown = (statuses: readonly string[]): boolean =>
  statuses.every((status) => status === '200' || status === '503') && statuses.includes('200');
