import { type Figures, tasksForStorm } from '../../../ops/build/capacity/formula.ts';
import type { Storms } from '../../../ops/build/capacity/results.ts';
import { CONCURRENCY_LIMITS } from '../../../src/http/server/limits.ts';
import { playedOf } from './played.ts';
import { simulateStorm, type TaskCosts } from './simulate.ts';

const WITHIN_SECONDS = [20, 30, 60];
/** What becomes of it with fewer tasks than the formula asks for. */
const PARTS = [2 / 3, 1 / 2];
const SEED = 1;

export const costsOf = ({ single, refusedMicros, shedMicros }: Figures): TaskCosts => ({
  connectMicros: single.ticketdMicros,
  refusedMicros,
  shedMicros,
});

/**
 * Plays the storm for as many tasks as the formula says, and for fewer. One task with its share of the users is played:
 * the others would differ by chance alone.
 */
export const simulateStorms = (users: number, outageSeconds: number, figures: Figures): Storms['simulated'] => {
  const sized = WITHIN_SECONDS.map((withinSeconds) => ({
    withinSeconds,
    tasks: tasksForStorm(users, withinSeconds, figures),
  }));
  const least = Math.min(...sized.map(({ tasks }) => tasks));
  const short = PARTS.map((part) => ({ withinSeconds: null, tasks: Math.ceil(least * part) }));
  return [...sized, ...short].map((row) => {
    const play = (seconds: number) => playShare(users, row.tasks, seconds * 1000, costsOf(figures));
    return { ...row, cut: play(0), outage: play(outageSeconds) };
  });
};

const playShare = (users: number, tasks: number, outageMs: number, costs: TaskCosts) => {
  const clients = Math.round(users / tasks);
  const storm = simulateStorm({ clients, outageMs, costs, gate: CONCURRENCY_LIMITS, seed: SEED });
  return playedOf(storm, clients, outageMs, tasks);
};
