import { addressOf, withParameter } from './address.ts';
import { type ConnectionDetails, type EmitOfConnection, keepConnected } from './connection.ts';
import type { StreamMessage } from './event-stream.ts';
import { createEvent, createTarget } from './events.ts';
import { openStream, type StreamState } from './stream-transport.ts';
import type {
  AttemptReason,
  PauseReason,
  RetryOptions,
  StopReason,
  StreamOptions,
  TicketFailure,
  TicketOptions,
} from './types.ts';
import { defineConstants, defineHandlers, messageEvent } from './web-events.ts';

/** Options of `eventSourceWithTicket`. */
export type EventSourceOptions = TicketOptions &
  RetryOptions &
  StreamOptions & {
    /** The stream of events: `https://…`, with or without a query; may be relative to the page. */
    readonly sourceUrl: string | URL;
    /** The id to continue after; the client keeps it up to date. */
    readonly lastEventId?: string | undefined;
  };

/** What an `error` of the source says, beside `readyState`. */
export interface EventSourceFailure extends Partial<TicketFailure> {
  /** Where the source stopped; `ended` after a 204: the server has nothing more to send. */
  readonly reason?: StopReason | 'ended' | undefined;
  /** Where it connects again: in so many milliseconds, and why. */
  readonly delayMs?: number;
  readonly why?: AttemptReason | PauseReason;
}

/** As a `MessageEvent`. */
export interface SourceMessage extends Event {
  readonly data: string;
  readonly lastEventId: string;
  readonly origin: string;
}

/** The events of such a source; all others are messages. */
export interface TicketEventSourceEvents {
  open: Event;
  message: SourceMessage;
  error: Event & EventSourceFailure;
}

type MessageListener = (event: SourceMessage) => void;
type AddOptions = Parameters<EventTarget['addEventListener']>[2];
type RemoveOptions = Parameters<EventTarget['removeEventListener']>[2];

/** An `EventSource` that gets a ticket for each of its requests. */
export interface TicketEventSource extends EventTarget {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
  readonly readyState: number;
  readonly url: string;
  readonly withCredentials: boolean;
  /** The id of the last message: where the next request continues. */
  readonly lastEventId: string;
  onopen: ((event: Event) => void) | null;
  onmessage: MessageListener | null;
  onerror: ((event: Event & EventSourceFailure) => void) | null;
  addEventListener<Type extends keyof TicketEventSourceEvents>(
    type: Type,
    listener: (event: TicketEventSourceEvents[Type]) => void,
    options?: AddOptions,
  ): void;
  addEventListener(type: string, listener: MessageListener, options?: AddOptions): void;
  addEventListener(...args: Parameters<EventTarget['addEventListener']>): void;
  removeEventListener<Type extends keyof TicketEventSourceEvents>(
    type: Type,
    listener: (event: TicketEventSourceEvents[Type]) => void,
    options?: RemoveOptions,
  ): void;
  removeEventListener(type: string, listener: MessageListener, options?: RemoveOptions): void;
  removeEventListener(...args: Parameters<EventTarget['removeEventListener']>): void;
  /** Stops for good; without an event, as in `EventSource`. */
  close(): void;
  /** Connects again after it stopped, from `lastEventId`; ends the wait for a retry, though not that of a `Retry-After`. */
  connect(): void;
}

const STATES = { CONNECTING: 0, OPEN: 1, CLOSED: 2 } as const;

/**
 * Reads a stream of server-sent events with a fresh ticket for each request. It continues after the last id, waits as
 * `connectWithTicket` does, at least as long as the server asks (`retry`, `Retry-After`), and stops after a 204. Where
 * the server refuses five requests in a row, it stops, too. Throws a `TypeError` as `connectWithTicket` does.
 */
export const eventSourceWithTicket = (options: EventSourceOptions): TicketEventSource => {
  const { rest, host } = addressOf(options.sourceUrl);
  const url = `http${rest}`;
  // Throws where the address has a ticket.
  withParameter(url);
  const { lastEventId = '', withCredentials = false } = options;
  const state: StreamState = { lastEventId, retryMs: undefined, failure: undefined };
  const origin = originOf(url);
  const target = createTarget();
  let readyState: number = STATES.CONNECTING;

  const fail = (next: number, details: object) => {
    const { failure } = state;
    readyState = next;
    state.failure = undefined;
    target.dispatchEvent(createEvent('error', { ...failure, ...details }));
  };

  const handlers: { readonly [Type in keyof ConnectionDetails]?: (details: ConnectionDetails[Type]) => void } = {
    connecting: ({ why }) => {
      readyState = STATES.CONNECTING;
      // There was no wait. With another JWT the same request may succeed: that is no failure yet.
      if (state.failure && why !== 'rejected') fail(STATES.CONNECTING, { why, delayMs: 0 });
      state.failure = undefined;
    },
    'ticket-error': (failure) => {
      state.failure = failure;
    },
    close: ({ reason }) => {
      state.failure ??= { message: reason };
    },
    open: () => {
      readyState = STATES.OPEN;
      target.dispatchEvent(createEvent('open', {}));
    },
    message: ({ data }) => {
      const { type, ...message } = data as StreamMessage;
      target.dispatchEvent(messageEvent(type, { ...message, origin }));
    },
    retry: ({ delayMs, why }) => fail(STATES.CONNECTING, { delayMs, why }),
    paused: ({ why }) => {
      readyState = STATES.CONNECTING;
      // At the start nothing has failed yet.
      if (state.failure) fail(STATES.CONNECTING, { why });
    },
    stopped: ({ code, ...details }) => {
      if (details.reason === 'closed') readyState = STATES.CLOSED;
      else fail(STATES.CLOSED, details);
    },
  };
  const emit: EmitOfConnection = (type, details) => handlers[type]?.(details as never);
  const connection = keepConnected(options, host, openStream(url, options, state), emit);

  defineConstants(target, STATES);
  defineHandlers(target, ['open', 'message', 'error']);
  Object.defineProperties(target, {
    readyState: { get: () => readyState },
    lastEventId: { get: () => state.lastEventId },
  });
  const close = () => connection.close();
  const connect = () => {
    if (readyState === STATES.CLOSED) readyState = STATES.CONNECTING;
    connection.connect();
  };
  return Object.assign(target, { url, withCredentials, close, connect }) as unknown as TicketEventSource;
};

const originOf = (url: string): string => url.replace(/^(\w+:\/\/[^/?#]+).*/s, '$1');
