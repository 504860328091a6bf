import type { ServerResponse } from 'node:http';

export interface GateOptions {
  /** Requests that may be under way at once, those that wait for their turn included. */
  readonly maxInFlight: number;
  /** Requests that may start in one turn of the event loop. */
  readonly perTurn: number;
  /** Calls of the store under way beyond which no other request starts. */
  readonly maxHeld: number;
  /** How long a request may wait for its turn. */
  readonly maxWaitMs: number;
}

/** One request: exactly one of the two is called, unless its client has gone before. */
export interface Entry {
  readonly start: () => void;
  readonly refuse: () => void;
}

/**
 * Lets requests start in the order of their coming: a few in each turn of the event loop, so that a thousand at once do
 * not keep it from all else, and none while the store has much to do already. What waits here has cost little so far.
 */
export interface Gate {
  /** Starts a request in its turn; refuses it at once where too many are under way, later where its turn does not come. */
  enter(response: ServerResponse, entry: Entry): void;
  /** Counts a call of the store while it lasts. */
  hold<T>(call: Promise<T>): Promise<T>;
  readonly inFlight: number;
}

const EXPIRE_EVERY_MS = 250;

export const createGate = ({ maxInFlight, perTurn, maxHeld, maxWaitMs }: GateOptions): Gate => {
  /** By when each began to wait, the first to come first. */
  const waiting = new Map<Entry, number>();
  let inFlight = 0;
  let held = 0;
  let left = perTurn;
  let turnAwaited = false;
  let expiry: NodeJS.Timeout | undefined;

  const isOpen = () => left > 0 && held < maxHeld;

  const run = ({ start }: Entry): void => {
    left -= 1;
    awaitTurn();
    start();
  };

  const awaitTurn = (): void => {
    if (turnAwaited) return;
    turnAwaited = true;
    setImmediate(takeTurn);
  };

  const takeTurn = (): void => {
    turnAwaited = false;
    left = perTurn;
    for (const entry of waiting.keys()) {
      if (!isOpen()) break;
      stopWaiting(entry);
      run(entry);
    }
    if (waiting.size > 0 && held < maxHeld) awaitTurn();
  };

  const wait = (entry: Entry): void => {
    waiting.set(entry, performance.now());
    expiry ??= setInterval(expire, EXPIRE_EVERY_MS);
  };

  const stopWaiting = (entry: Entry): void => {
    waiting.delete(entry);
    if (waiting.size > 0) return;
    clearInterval(expiry);
    expiry = undefined;
  };

  const expire = (): void => {
    for (const [entry, since] of waiting) {
      if (performance.now() - since < maxWaitMs) break;
      stopWaiting(entry);
      entry.refuse();
    }
  };

  const release = (): void => {
    held -= 1;
    if (waiting.size > 0) awaitTurn();
  };

  return {
    enter: (response, entry) => {
      if (inFlight >= maxInFlight) return entry.refuse();
      inFlight += 1;
      response.once('close', () => {
        inFlight -= 1;
        stopWaiting(entry);
      });
      if (waiting.size === 0 && isOpen()) run(entry);
      else wait(entry);
    },
    hold: (call) => {
      held += 1;
      call.then(release, release);
      return call;
    },
    get inFlight() {
      return inFlight;
    },
  };
};
