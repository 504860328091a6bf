import { setTimeout as delay } from 'node:timers/promises';
import type { TicketStore } from '../../../src/tickets/store.ts';

/** The results of several stores racing for tickets. */
export interface RaceResult {
  readonly put: number;
  /** How many tickets were taken once, and how many more than once. */
  readonly taken: number;
  readonly takenTwice: number;
  /** Stored, and then taken by no store. */
  readonly lost: number;
  readonly failedTakes: number;
}

export interface Races {
  /** Puts no more, and has every store try every ticket once more. */
  finish(): Promise<RaceResult>;
}

const TTL_MS = 120_000;
const EVERY_MS = 20;
const LONGEST_LIFE_MS = 1000;

/** Puts tickets at a steady rate; each is tried by every store concurrently, within a second by chance. */
export const raceForTickets = (stores: readonly TicketStore[]): Races => {
  const wins = new Map<string, number>();
  const races: Promise<unknown>[] = [];
  let failedTakes = 0;
  let number = 0;

  const tryTake = async (store: TicketStore, digest: string): Promise<void> => {
    try {
      if ((await store.take(digest)).state === 'live') wins.set(digest, (wins.get(digest) ?? 0) + 1);
    } catch {
      failedTakes += 1;
    }
  };
  const takeByAll = (digest: string) => Promise.all(stores.map((store) => tryTake(store, digest)));
  const race = async (store: TicketStore, digest: string): Promise<void> => {
    const put = await store.put(digest, 'payload', TTL_MS).then(
      () => true,
      () => false,
    );
    if (!put) return;
    wins.set(digest, 0);
    await delay(Math.random() * LONGEST_LIFE_MS);
    await takeByAll(digest);
  };
  const timer = setInterval(() => {
    number += 1;
    const store = stores[number % stores.length];
    if (store?.isReady()) races.push(race(store, `digest-${number}`));
  }, EVERY_MS);

  return {
    finish: async () => {
      clearInterval(timer);
      await Promise.all(races);
      const before = failedTakes;
      for (const digest of wins.keys()) await takeByAll(digest);
      if (failedTakes > before) throw new Error('the last tries need a healthy Redis');
      const counts = [...wins.values()];
      return {
        put: counts.length,
        taken: counts.filter((count) => count >= 1).length,
        takenTwice: counts.filter((count) => count > 1).length,
        lost: counts.filter((count) => count === 0).length,
        failedTakes,
      };
    },
  };
};
