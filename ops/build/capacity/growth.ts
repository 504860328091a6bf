import type { Soak, Trend } from './results.ts';

/** How much of its mean memory may grow by over a whole soak. */
const GROWTH = 0.1;
/** In the first minutes memory grows whatever one does: a shorter soak tells nothing of it. */
export const TELLING_MINUTES = 10;

/** The slope that is too steep, in MB an hour. */
export const steepest = ({ meanMb }: Trend, minutes: number): number => (GROWTH * meanMb * 60) / minutes;

/** Whether it is steeper than that by more than twice the error of the slope. */
export const grew = (trend: Trend, minutes: number): boolean => {
  const surely = trend.slopeMbPerHour - 2 * trend.errorMbPerHour;
  return !(surely <= steepest(trend, minutes));
};

type Judged = Pick<Soak, 'minutes' | 'outsideOutages' | 'heap' | 'rss'>;

/** What speaks against a run; nothing where it is well. */
export const faultsOf = ({ minutes, outsideOutages, heap, rss }: Judged): readonly string[] => {
  const memory = Object.entries({ heap, rss }).filter(
    ([, trend]) => minutes >= TELLING_MINUTES && grew(trend, minutes),
  );
  return [
    ...(outsideOutages.failed > 0 ? [`${outsideOutages.failed} requests failed outside the outages`] : []),
    ...memory.map(([name]) => `${name} grew`),
  ];
};
