/** Counts the waiting and running requests of all connections. */
export interface OpenRequests {
  add(): void;
  remove(count: number): void;
  /** Whether a connection with `own` requests has pipelined too many, since there are too many in total. */
  isTooFarAhead(own: number): boolean;
}

// How many requests a well-behaved client pipelines.
const ALWAYS_ALLOWED = 100;

export const createOpenRequests = (max: number): OpenRequests => {
  let total = 0;
  return {
    add: () => {
      total += 1;
    },
    remove: (count) => {
      total -= count;
    },
    isTooFarAhead: (own) => total >= max && own >= ALWAYS_ALLOWED,
  };
};
