import { type Bounds, expectUsual } from './expect-usual.ts';
import { type Fault, type ObserveOptions, observe, type Report } from './observe.ts';
import { measuredIn, record } from './table.ts';

/** A fault with its number on the list of cases, its name for the table, and what is to hold. */
export interface ChaosCase extends Omit<Fault, 'staysReady'>, Bounds {
  readonly case: number | string;
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly options?: ObserveOptions;
}

/** Starts the service, lets the fault come and go, writes the row and checks what is to hold under every fault. */
export const expectThrough = async ({ case: number, name, env, options, ...rest }: ChaosCase): Promise<Report> => {
  const { detectedWithinMs, recoveredWithinMs } = rest;
  const observer = await observe(env, options);
  try {
    const report = await observer.through({ ...rest, staysReady: detectedWithinMs === 'never' });
    record({ case: number, fault: name, bound: boundOf(rest), ...measuredIn(report) });
    expectUsual(report, { detectedWithinMs, ...(recoveredWithinMs !== undefined && { recoveredWithinMs }) });
    return report;
  } finally {
    await observer.stop();
  }
};

const boundOf = ({ detectedWithinMs, recoveredWithinMs = 3000 }: Bounds): string =>
  detectedWithinMs === 'never' ? 'stays ready' : `≤ ${detectedWithinMs} ms, back ≤ ${recoveredWithinMs} ms`;
