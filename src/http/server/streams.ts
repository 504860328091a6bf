import type { IncomingMessage } from 'node:http';

const IS_STREAM = Symbol('is stream');

interface MaybeStream extends IncomingMessage {
  [IS_STREAM]?: boolean;
}

/** Marks a request whose route writes the response for as long as its client stays: it does not count as in flight. */
export const markStream = (request: MaybeStream): void => {
  request[IS_STREAM] = true;
};

export const isStream = (request: MaybeStream): boolean => request[IS_STREAM] === true;
