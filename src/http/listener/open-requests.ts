import type { IncomingMessage, ServerResponse } from 'node:http';
import { onRequestEnd } from './request-end.ts';

export interface OpenRequests {
  readonly size: number;
  add(request: IncomingMessage, response: ServerResponse): void;
  /** Makes the answers under way, and all later ones, end their connection. */
  closeConnections(): void;
  /** Each request under way, without its query. */
  describe(): readonly string[];
}

const MAX_PATH_CHARACTERS = 64;

/** Keeps account of the requests that have not been answered yet. */
export const trackRequests = (): OpenRequests => {
  const open = new Map<ServerResponse, IncomingMessage>();
  let closing = false;

  // Node writes "Connection: close" by this flag when the headers go out, whoever removed headers in between.
  const endAfter = (response: ServerResponse) => {
    response.shouldKeepAlive = false;
  };

  return {
    get size() {
      return open.size;
    },
    add: (request, response) => {
      open.set(response, request);
      onRequestEnd(request, response, () => open.delete(response));
      if (closing) endAfter(response);
    },
    closeConnections: () => {
      closing = true;
      for (const response of open.keys()) endAfter(response);
    },
    describe: () => [...open.values()].map(({ method, url = '' }) => `${method} ${pathOf(url)}`),
  };
};

// Ours are words; anything else in a path is the caller's own, and may be a key.
const WORD = /^[a-z0-9-]{0,16}$/;

const pathOf = (url: string): string => {
  const [path = ''] = url.split('?', 1);
  const segments = path.split('/').map((segment) => (WORD.test(segment) ? segment : '…'));
  return segments.join('/').slice(0, MAX_PATH_CHARACTERS);
};
