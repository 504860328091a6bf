import type { Soak } from '../../../ops/build/capacity/results.ts';

/** Instants in milliseconds of the wall clock, so that several processes can compare theirs. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface Exchange {
  readonly sentAt: number;
  readonly tookMs: number;
  /** The status of the answer, or the code of the error where there was none. */
  readonly outcome: string;
}

export type Tally = Pick<Soak, 'requests' | 'requestsPerSecond' | 'answers' | 'outsideOutages'>;

/** Whether any of it fell into one of the windows. */
export const touches = ({ sentAt, tookMs }: Exchange, windows: readonly Window[]): boolean =>
  windows.some(({ from, to }) => sentAt <= to && sentAt + tookMs >= from);

/** What became of all, and of those outside the windows, where everything is to succeed. */
export const tally = (exchanges: readonly Exchange[], windows: readonly Window[]): Tally => {
  const answers: Record<string, number> = {};
  for (const { outcome } of exchanges) answers[outcome] = (answers[outcome] ?? 0) + 1;
  const outside = exchanges.filter((exchange) => !touches(exchange, windows));
  const took = Float64Array.from(outside, ({ tookMs }) => tookMs).sort();
  const quantile = (part: number) => took[Math.ceil(part * took.length) - 1] ?? 0;
  return {
    requests: exchanges.length,
    requestsPerSecond: rateOf(exchanges),
    answers,
    outsideOutages: {
      requests: outside.length,
      failed: outside.filter(({ outcome }) => outcome !== '200').length,
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
      p999Ms: quantile(0.999),
    },
  };
};

const rateOf = (exchanges: readonly Exchange[]): number => {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { sentAt } of exchanges) [first, last] = [Math.min(first, sentAt), Math.max(last, sentAt)];
  return (exchanges.length * 1000) / (last - first);
};
