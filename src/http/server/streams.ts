import type { IncomingMessage } from 'node:http';

const IS_STREAM = Symbol('is stream');

interface MaybeStream extends IncomingMessage {
  [IS_STREAM]?: boolean;
}

/** Marks a request whose response lasts as long as its client: it does not count as in flight. */
export const markStream = (request: MaybeStream): void => {
  request[IS_STREAM] = true;
};

export const isStream = (request: MaybeStream): boolean => request[IS_STREAM] === true;
