import type { Played } from '../../../ops/build/capacity/results.ts';
import { type Storm, WINDOW_MS } from './simulate.ts';

const MOST = 99;
const CURVE_STEP = 5;

/** What is told of a storm; `parts` is of how many equal parts this was one. */
export const playedOf = (storm: Storm, clients: number, outageMs: number, parts = 1): Played => {
  const { backAt, sent } = storm;
  const secondsUntil = (percent: number): number | null => {
    const at = backAt[Math.ceil((percent / 100) * clients) - 1];
    return at === undefined ? null : (at - outageMs) / 1000;
  };
  const steps = Array.from({ length: 100 / CURVE_STEP }, (_, n) => (n + 1) * CURVE_STEP);
  return {
    requests: storm.requests * parts,
    refused: storm.refused * parts,
    shed: storm.shed * parts,
    givenUp: storm.givenUp * parts,
    backSeconds: { half: secondsUntil(50), most: secondsUntil(MOST), all: secondsUntil(100) },
    curve: steps.flatMap((percent) => {
      const seconds = secondsUntil(percent);
      return seconds === null ? [] : { percent, seconds };
    }),
    peakPerSecond: Math.max(...sent) * (1000 / WINDOW_MS) * parts,
  };
};
