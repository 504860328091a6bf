import type { ServerResponse } from 'node:http';

/** Server-sent events to one client (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface EventStream {
  /** Sends the text of one or several events; closes the stream of a client that is too far behind. */
  send(text: string): void;
  /** Resolves when the client has taken what was sent, or the stream is closed. */
  drained(): Promise<void>;
  /** Milliseconds since the client began to be behind; 0 if it is not. */
  behindMs(): number;
  end(): void;
}

/** The event `revoked`: a client closes the sockets that have the key. */
export const revokedEvent = (position: string, key: string): string =>
  `id: ${position}\nevent: revoked\ndata: ${JSON.stringify({ key })}\n\n`;

/** The event `reset`: entries may be missing. */
export const resetEvent = (position: string): string => `id: ${position}\nevent: reset\ndata: {}\n\n`;

/** Without data a client gets no event, but resumes here. */
export const startEvent = (position: string): string => `id: ${position}\n\n`;

export const comment = (text: string): string => `: ${text}\n\n`;

// Some ten thousand revocations: a client that has not read so many resumes later, from Redis.
const MAX_BUFFERED_BYTES = 1024 * 1024;

export const createEventStream = (response: ServerResponse, onSlow: () => void): EventStream => {
  let behindSince: number | undefined;
  let waiting: (() => void)[] = [];

  const stopWaiting = (): void => {
    behindSince = undefined;
    for (const resolve of waiting) resolve();
    waiting = [];
  };
  response.on('drain', stopWaiting).on('close', stopWaiting);

  return {
    send: (text) => {
      if (!response.write(text)) behindSince ??= performance.now();
      if (response.writableLength > MAX_BUFFERED_BYTES) onSlow();
    },
    drained: () =>
      new Promise((resolve) => {
        if (response.writableNeedDrain && !response.destroyed) waiting.push(resolve);
        else resolve();
      }),
    behindMs: () => (behindSince === undefined ? 0 : performance.now() - behindSince),
    end: () => void response.end(),
  };
};
