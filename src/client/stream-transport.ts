import { ABNORMAL_CLOSURE, HANDSHAKE_REFUSED } from '../protocol/close-codes.ts';
import { withParameter } from './address.ts';
import type { OpenTransport, TransportListener } from './attempt.ts';
import { createStreamParser, type StreamPosition } from './event-stream.ts';
import { failureOf, retryAfterMs } from './request-ticket.ts';
import type { StreamOptions, TicketFailure } from './types.ts';

/** Where the stream is, and why it failed last. */
export interface StreamState extends StreamPosition {
  failure: TicketFailure | undefined;
}

/** Requests a stream of events with a ticket, and reads it. */
export const openStream =
  (url: string, options: StreamOptions, state: StreamState): OpenTransport =>
  (ticket, listener, signal) => {
    const close = (failure: TicketFailure, code = ABNORMAL_CLOSURE) => {
      if (signal.aborted) return;
      state.failure = failure;
      listener.closed(code, failure.message, state.retryMs);
    };

    const open = async () => {
      const response = await request(url, ticket, options, state.lastEventId, signal);
      if (signal.aborted) return;
      const refused = refusalOf(response);
      if (refused) return close(refused, HANDSHAKE_REFUSED);
      if (!response.ok || response.status === NO_CONTENT) return listener.failed(failureFrom(response));
      await read(response, listener, state, signal);
      close({ message: 'the stream ended' });
    };

    open().catch((error) => close(failureOf(error)));
    return { send: () => false, close: () => {} };
  };

const NO_CONTENT = 204;

const request = (
  url: string,
  ticket: string,
  options: StreamOptions,
  lastEventId: string,
  signal: AbortSignal,
): Promise<Response> => {
  const { lastEventIdParameter, withCredentials } = options;
  const asParameter = lastEventId && lastEventIdParameter;
  const address = asParameter ? withParameter(url, lastEventIdParameter) + encodeURIComponent(lastEventId) : url;
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (lastEventId && !asParameter) headers['Last-Event-ID'] = bytesOf(lastEventId);
  const credentials = withCredentials ? 'include' : 'same-origin';
  const init = { headers, credentials, cache: 'no-store', signal } as const;
  return (options.fetch ?? fetch)(withParameter(address) + encodeURIComponent(ticket), init);
};

/** A header has bytes, here those of UTF-8, each written as one character. */
const bytesOf = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));

/** The ticket was not accepted, or the address has no stream: a 4xx, except those that ask to come back. */
const refusalOf = ({ status, headers }: Response): TicketFailure | undefined => {
  const type = headers.get('Content-Type') ?? 'no type';
  if (status === 200 && !/^text\/event-stream\b/i.test(type)) return { status, message: `HTTP 200 with ${type}` };
  return /^4(?!08|25|29)/.test(String(status)) ? { status, message: `HTTP ${status}` } : undefined;
};

const failureFrom = ({ status, headers }: Response) => ({
  status,
  message: `HTTP ${status}`,
  retryAfterMs: retryAfterMs(headers, {}),
  // The server has nothing more to send.
  final: status === NO_CONTENT ? ('ended' as const) : undefined,
});

const read = async (
  { body }: Response,
  { failed, onActivity, opened, received }: TransportListener,
  state: StreamState,
  signal: AbortSignal,
): Promise<void> => {
  if (!body) return failed({ message: 'this fetch cannot read a stream: pass another one', final: 'invalid' });
  onActivity();
  opened('');
  const parse = createStreamParser(state, (message) => {
    if (!signal.aborted) received(message);
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done || signal.aborted) return;
    onActivity();
    parse(decoder.decode(value, { stream: true }));
  }
};
