import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { HEALTH_PATHS, METRICS_PATH, READY_PATHS, REVOCATIONS_PATH } from '../../protocol/paths.ts';
import { pathIn } from '../../protocol/resource-path.ts';

export interface ConcurrencyLimits {
  /** Requests in flight at the same time, waiting ones included. */
  readonly maxInFlight: number;
  /** Requests that may start in one turn of the event loop. */
  readonly perTurn: number;
  /** Store calls in progress at which no further request starts. */
  readonly maxStoreCalls: number;
  /** How long a request may wait before it is refused. */
  readonly maxWaitMs: number;
}

/** What to do with one request: exactly one of the two is called, unless its client disconnects first. */
export interface LimitedRequest {
  readonly start: () => void;
  readonly refuse: () => void;
}

/**
 * Starts requests in order of arrival: a few in each turn of the event loop, so that a burst of a thousand does not block
 * everything else, and none while the store is busy. A waiting request has cost little so far.
 */
export interface ConcurrencyLimiter {
  /** Starts a request in its turn; refuses it immediately when too many are in flight, or after `maxWaitMs`. */
  enter(response: ServerResponse, request: LimitedRequest): void;
  /** Counts a store call until it ends. */
  track<T>(call: Promise<T>): Promise<T>;
  readonly inFlight: number;
}

const EXPIRE_EVERY_MS = 250;

export const createConcurrencyLimiter = (limits: ConcurrencyLimits): ConcurrencyLimiter => {
  const { maxInFlight, perTurn, maxStoreCalls, maxWaitMs } = limits;
  /** When each request started to wait, in order of arrival. */
  const waiting = new Map<LimitedRequest, number>();
  let inFlight = 0;
  let storeCalls = 0;
  let startsLeft = perTurn;
  let turnScheduled = false;
  let expiry: NodeJS.Timeout | undefined;

  const mayStart = () => startsLeft > 0 && storeCalls < maxStoreCalls;

  const run = ({ start }: LimitedRequest): void => {
    startsLeft -= 1;
    scheduleTurn();
    start();
  };

  const scheduleTurn = (): void => {
    if (turnScheduled) return;
    turnScheduled = true;
    setImmediate(takeTurn);
  };

  const takeTurn = (): void => {
    turnScheduled = false;
    startsLeft = perTurn;
    for (const request of waiting.keys()) {
      if (!mayStart()) break;
      stopWaiting(request);
      run(request);
    }
    if (waiting.size > 0 && storeCalls < maxStoreCalls) scheduleTurn();
  };

  const wait = (request: LimitedRequest): void => {
    waiting.set(request, performance.now());
    expiry ??= setInterval(refuseExpired, EXPIRE_EVERY_MS);
  };

  const stopWaiting = (request: LimitedRequest): void => {
    waiting.delete(request);
    if (waiting.size > 0) return;
    clearInterval(expiry);
    expiry = undefined;
  };

  const refuseExpired = (): void => {
    for (const [request, waitingSince] of waiting) {
      if (performance.now() - waitingSince < maxWaitMs) break;
      stopWaiting(request);
      request.refuse();
    }
  };

  const endStoreCall = (): void => {
    storeCalls -= 1;
    if (waiting.size > 0) scheduleTurn();
  };

  return {
    enter: (response, request) => {
      if (inFlight >= maxInFlight) return request.refuse();
      inFlight += 1;
      response.once('close', () => {
        inFlight -= 1;
        stopWaiting(request);
      });
      if (waiting.size === 0 && mayStart()) run(request);
      else wait(request);
    },
    track: (call) => {
      storeCalls += 1;
      call.then(endStoreCall, endStoreCall);
      return call;
    },
    get inFlight() {
      return inFlight;
    },
  };
};

export interface LimitConcurrencyOptions {
  readonly limiter: ConcurrencyLimiter;
  /** For probes, metrics and feeds: they do not wait for tickets, tickets do not wait for them, and none is refused. */
  readonly probeLimiter: ConcurrencyLimiter;
  readonly answer: RequestListener;
  readonly refuse: RequestListener;
}

/** A request handler that starts requests through their limiters. */
export const limitConcurrency =
  ({ limiter, probeLimiter, answer, refuse }: LimitConcurrencyOptions): RequestListener =>
  (request, response) => {
    recordArrival(request);
    const start = () => answer(request, response);
    if (isProbe(request)) probeLimiter.enter(response, { start, refuse: () => response.destroy() });
    else limiter.enter(response, { start, refuse: () => refuse(request, response) });
  };

// A feed lasts: it must not take the place of requests.
const PROBES = new Set([...HEALTH_PATHS, ...READY_PATHS, METRICS_PATH, REVOCATIONS_PATH]);

const isProbe = ({ url = '' }: IncomingMessage): boolean => PROBES.has(pathIn(url));

const ARRIVED_AT = Symbol('arrived at');

interface ArrivedRequest extends IncomingMessage {
  [ARRIVED_AT]?: number;
}

const recordArrival = (request: ArrivedRequest): void => {
  request[ARRIVED_AT] = performance.now();
};

/** When a request arrived, by `performance.now()`: before it waited for its turn. */
export const arrivalOf = (request: ArrivedRequest): number => request[ARRIVED_AT] ?? performance.now();
