import type { SinonFakeTimers } from 'sinon';
import { connectWithTicket } from '../../src/client/connect-with-ticket.ts';
import type { TicketSocket, TicketSocketEvents, TicketSocketOptions } from '../../src/client/types.ts';
import { type FakeSocket, fakeSockets } from './fake-socket.ts';
import { turns } from './frozen-time.ts';

/** A request for a ticket, to be answered by hand. */
export interface FakeRequest {
  readonly at: number;
  readonly url: string;
  readonly init: RequestInit;
  readonly signal: AbortSignal;
  /** Whether it was answered, or failed. */
  readonly answered: boolean;
  answer(status: number, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<void>;
  fail(error: unknown): Promise<void>;
}

/** A client on a clock that stands still, between an endpoint and sockets that do what they are told. */
export interface ClientRig {
  readonly client: TicketSocket;
  /** Each event but `ticket`, with the millisecond it came at. */
  readonly journal: readonly string[];
  readonly requests: readonly FakeRequest[];
  readonly sockets: readonly FakeSocket[];
  /** The latest of each. */
  request(): FakeRequest;
  socket(): FakeSocket;
  /** Answers the latest request with a ticket of its own: `ticket-1` and so on. */
  grant(): Promise<void>;
  /** A ticket and an open socket. */
  open(): Promise<void>;
  pass(ms: number): Promise<void>;
}

const URLS = { ticketUrl: 'https://api.test/ticket', socketUrl: 'wss://chat.test/socket' };

const described: { readonly [Type in keyof TicketSocketEvents]?: (event: TicketSocketEvents[Type]) => unknown[] } = {
  connecting: ({ attempt, why }) => [attempt, why],
  'ticket-error': ({ status, errorCode, message }) => [status ?? message, errorCode],
  open: ({ protocol }) => [protocol],
  message: ({ data }) => [data],
  close: ({ code, reason }) => [code, reason],
  retry: ({ attempt, delayMs, why }) => [attempt, `in ${delayMs}`, why],
  paused: ({ why }) => [why],
  stopped: ({ reason, code, status }) => [reason, code ?? status],
};

export const createClientRig = (clock: SinonFakeTimers, options: Partial<TicketSocketOptions> = {}): ClientRig => {
  const journal: string[] = [];
  const requests: FakeRequest[] = [];
  const { made: sockets, WebSocket } = fakeSockets();
  const client = connectWithTicket({
    ...URLS,
    getToken: () => 'jwt',
    random: () => 0.5,
    fetch: fakeFetch(requests),
    WebSocket,
    ...options,
  } as TicketSocketOptions);
  for (const type of Object.keys(described) as (keyof typeof described)[])
    client.addEventListener(type, (event) => {
      const describe = described[type] as (event: unknown) => unknown[];
      const words = describe(event).filter((word) => word !== undefined && word !== '');
      journal.push([type, ...words, '@', Math.round(performance.now())].join(' '));
    });

  const rig: ClientRig = {
    client,
    journal,
    requests,
    sockets,
    request: () => latest(requests),
    socket: () => latest(sockets),
    grant: () => rig.request().answer(200, { ticket: `ticket-${requests.length}`, traceId: 'trace' }),
    open: async () => {
      await turns();
      await rig.grant();
      rig.socket().open();
    },
    pass: async (ms) => {
      await turns();
      await clock.tickAsync(ms);
      await turns();
    },
  };
  return rig;
};

const latest = <T>(made: readonly T[]): T => {
  const last = made.at(-1);
  if (last === undefined) throw new Error('none was made');
  return last;
};

const fakeFetch =
  (requests: FakeRequest[]): typeof fetch =>
  (url, init = {}) =>
    new Promise((resolve, reject) => {
      const { signal } = init;
      if (!signal) throw new Error('the request cannot be given up');
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason));
      let answered = false;
      requests.push({
        at: performance.now(),
        url: String(url),
        init,
        signal,
        get answered() {
          return answered;
        },
        answer: (status, body, headers = {}) => {
          answered = true;
          const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
          resolve(new Response(text, { status, headers }));
          return turns();
        },
        fail: (error) => {
          answered = true;
          reject(error);
          return turns();
        },
      });
    });
