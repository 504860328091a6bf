import type { Soak, Trend } from './results.ts';

/** The share of the mean by which memory may grow over a whole soak. */
const GROWTH = 0.1;
/** Memory always grows in the first minutes, so a shorter soak shows nothing about growth. */
export const TELLING_MINUTES = 10;

/** The steepest slope allowed, in MB an hour. */
export const steepest = ({ meanMb }: Trend, minutes: number): number => (GROWTH * meanMb * 60) / minutes;

/** Whether memory grew: the slope exceeds the allowed one by more than twice its error. */
export const grew = (trend: Trend, minutes: number): boolean => {
  const surely = trend.slopeMbPerHour - 2 * trend.errorMbPerHour;
  return !(surely <= steepest(trend, minutes));
};

type Judged = Pick<Soak, 'minutes' | 'outsideOutages' | 'heap' | 'rss'>;

/** The faults of a run; empty for a good one. */
export const faultsOf = ({ minutes, outsideOutages, heap, rss }: Judged): readonly string[] => {
  const memory = Object.entries({ heap, rss }).filter(
    ([, trend]) => minutes >= TELLING_MINUTES && grew(trend, minutes),
  );
  return [
    ...(outsideOutages.failed > 0 ? [`${outsideOutages.failed} requests failed outside the outages`] : []),
    ...memory.map(([name]) => `${name} grew`),
  ];
};
