/** Counts the requests of all connections that wait or are being answered. */
export interface OpenRequests {
  add(): void;
  remove(count: number): void;
  /** Whether a connection with so many of its own is to be closed, since there are too many in all. */
  isTooFarAhead(own: number): boolean;
}

// What a client that pipelines honestly sends ahead.
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
