import type { ServerResponse } from 'node:http';
import type { RevocationEntry } from '../../../protocol/revocation-entry.ts';
import { type FollowOptions, followRevocations } from '../../../tickets/follow-revocations.ts';
import { comment, createEventStream, resetEvent, revokedEvent, startEvent } from './event-stream.ts';

/** Why a feed ended. */
export type FeedEnd = 'client' | 'key' | 'slow' | 'stop' | 'delayed' | 'failed';

/** The revocations on their way to one gateway. */
export interface Feed {
  /** Milliseconds since the gateway began to be behind; 0 if it is not. */
  behindMs(): number;
  end(reason: FeedEnd): void;
}

export interface FeedOptions extends FollowOptions {
  readonly response: ServerResponse;
  readonly onEnd: (reason: FeedEnd) => void;
}

export const HEARTBEAT_MS = 10_000;

/** Sends every revocation once, in order, and a comment every 10 seconds, until either side ends the response. */
export const openFeed = ({ response, onEnd, ...options }: FeedOptions): Feed => {
  const stream = createEventStream(response, () => end('slow'));
  const heartbeat = setInterval(() => stream.send(comment('heartbeat')), HEARTBEAT_MS);
  let ended = false;

  const end = (reason: FeedEnd): void => {
    if (ended) return;
    ended = true;
    stop();
    clearInterval(heartbeat);
    if (reason === 'slow') response.destroy();
    else stream.end();
    onEnd(reason);
  };

  const stop = followRevocations(options, {
    onStart: (position) => stream.send(startEvent(position)),
    onEntries: (entries) => {
      stream.send(entries.map(eventOf).join(''));
      return stream.drained();
    },
    onReset: (position) => stream.send(resetEvent(position)),
    onEnd: end,
  });

  response.once('close', () => end('client'));
  // The listener leaves a connection open that its client has half closed; a client that wants events does not do that.
  response.socket?.once('end', () => end('client'));
  return { behindMs: stream.behindMs, end };
};

// The first entry of a stream has no key: it only proves that the stream is whole.
const eventOf = ({ position, key }: RevocationEntry): string =>
  key === '' ? startEvent(position) : revokedEvent(position, key);
