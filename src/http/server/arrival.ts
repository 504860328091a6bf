import type { IncomingMessage } from 'node:http';

const ARRIVED = Symbol('arrived at');

interface Stamped extends IncomingMessage {
  [ARRIVED]?: number;
}

/** Notes when a request came, before it waits for its turn. */
export const stampArrival = (request: Stamped): void => {
  request[ARRIVED] = performance.now();
};

/** When a request came, by `performance.now()`. */
export const arrivalOf = (request: Stamped): number => request[ARRIVED] ?? performance.now();
