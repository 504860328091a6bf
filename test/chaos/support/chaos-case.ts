import { expectUsual } from './expect-usual.ts';
import { type Fault, type ObserveOptions, observe, type Report } from './observe.ts';
import { type Measured, type Row, record } from './table.ts';

interface Case extends Omit<Fault, 'staysReady'> {
  /** Its number on the list of cases, and its name for the table. */
  readonly case: number | string;
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly options?: ObserveOptions;
}

/** A fault that makes ticketd not ready. */
export interface DetectedCase extends Case {
  /** The code in `redis_down`: it shows what the fault was detected by. */
  readonly detectedBy: RegExp;
  /** What src/redis/README.md promises, which the benchmark checks. */
  readonly detectedWithinMs: number;
  readonly recoveredWithinMs?: number;
}

/** A fault during which ticketd stays ready. */
export interface ToleratedCase extends Case {
  readonly detectedBy: 'never';
}

export type ChaosCase = DetectedCase | ToleratedCase;

const LONGEST_REQUEST_MS = 2200;

/** Starts the service, lets the fault come and go, records what was measured and checks what holds under every fault. */
export const expectThrough = async (chaos: ChaosCase): Promise<Report> => {
  const { case: number, name, env, options, detectedBy } = chaos;
  const observer = await observe(env, options);
  try {
    const report = await observer.through({ ...chaos, staysReady: detectedBy === 'never' });
    const { detectedMs, recoveredMs, longestMs, answers } = report;
    record({ case: number, fault: name, ...promiseOf(chaos), detectedMs, recoveredMs, longestMs, answers });
    expectUsual(report, detectedBy);
    return report;
  } finally {
    await observer.stop();
  }
};

const promiseOf = (chaos: ChaosCase): Pick<Row, 'bound'> & { readonly limits: Measured } => {
  if (chaos.detectedBy === 'never') return { bound: 'stays ready', limits: { longestMs: LONGEST_REQUEST_MS } };
  const { detectedWithinMs: detectedMs, recoveredWithinMs: recoveredMs = 3000 } = chaos;
  const bound = `≤ ${detectedMs} ms, back ≤ ${recoveredMs} ms`;
  return { bound, limits: { detectedMs, recoveredMs, longestMs: LONGEST_REQUEST_MS } };
};
