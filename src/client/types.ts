/** What a connection is to be made with. Only the first three are needed. */
export interface TicketSocketOptions {
  /** Where tickets are issued: `https://…/api/v1/auth/ws-ticket`. */
  readonly ticketUrl: string | URL;
  /** Where the socket leads: `wss://…`, with a query of its own if need be; may be relative to the page. */
  readonly socketUrl: string | URL;
  /**
   * Returns the JWT for one attempt. Called for each, so that it can refresh a JWT about to expire. Nothing means that
   * no user is signed in; an error, or anything that is not a JWT, counts as a failed attempt.
   */
  readonly getToken: (request: TokenRequest) => MaybeToken | Promise<MaybeToken>;
  /** Which gateway may redeem the tickets. */
  readonly audience?: string | undefined;
  readonly channel?: string | undefined;
  /** The subprotocols to offer to the server. */
  readonly protocols?: readonly string[] | undefined;
  /**
   * Whether the ticket travels as the query parameter `ticket` (the default), or as one more subprotocol. Browsers end a
   * connection where none of the offered subprotocols was taken, so that the latter needs `protocols`.
   */
  readonly ticketIn?: 'query' | 'protocol' | undefined;
  readonly binaryType?: 'blob' | 'arraybuffer' | undefined;
  /** Most that the first retry waits, 1000 by default; it doubles with each attempt that fails. */
  readonly baseDelayMs?: number | undefined;
  /** Most that any retry waits, 8000 by default; what a `Retry-After` demands comes on top. */
  readonly maxDelayMs?: number | undefined;
  /** Most that a ticket may take, `getToken` included, and then the handshake; 10000 by default. */
  readonly timeoutMs?: number | undefined;
  /**
   * How long a connection must have held for the next retry to count as a first one; 5000 by default. After five in a
   * row that ended sooner with 4004 (the gateway could not redeem the ticket) the client stops.
   */
  readonly stableAfterMs?: number | undefined;
  /** The close codes after which it stops; 4001 by default: revoked, or refused for good. */
  readonly finalCodes?: readonly number[] | undefined;
  /** `false` also connects in a tab that is not looked at; `true` by default. */
  readonly pauseWhenHidden?: boolean | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly WebSocket?: SocketConstructor | undefined;
  /** From 0 up to, not including, 1. */
  readonly random?: (() => number) | undefined;
}

export interface TokenRequest {
  /** ticketd refused the JWT that `getToken` returned last: the same one again stops the client. */
  readonly rejected: boolean;
  /** Aborts when the attempt is over. */
  readonly signal: AbortSignal;
}

export type MaybeToken = string | null | undefined;

/**
 * `waiting` for a retry, `paused` while offline or hidden; `stopped` ends in nothing but `connect()`.
 */
export type TicketSocketState = 'connecting' | 'open' | 'waiting' | 'paused' | 'stopped';

/**
 * Why an attempt is made:
 *
 * - `connect`: the application asked for it, by `connectWithTicket` or by `connect()`;
 * - `rejected`: ticketd refused the JWT, and `getToken` may return another one;
 * - `ticket`: the last attempt got no ticket;
 * - `handshake`: its handshake failed;
 * - `closed`: its connection ended;
 * - `expired`: the server closed it with 4003, since the JWT behind the ticket expired;
 * - `refused`: the server closed it with 4004, since it could not redeem the ticket.
 */
export type AttemptReason = 'connect' | 'rejected' | 'ticket' | 'handshake' | 'closed' | 'expired' | 'refused';

export type PauseReason = 'offline' | 'hidden';

/**
 * - `unauthorized`: ticketd refused the JWT with 401, and then the next one, too, or `getToken` returned none;
 * - `forbidden`: ticketd answered 403;
 * - `invalid`: no attempt could ever succeed: ticketd found the request wrong, or the browser the socket's address;
 * - `refused`: the server closed with one of the `finalCodes`, or five times in a row with 4004;
 * - `closed`: by `close()`.
 */
export type StopReason = 'unauthorized' | 'forbidden' | 'invalid' | 'refused' | 'closed';

/** Why there is no ticket. Without a status there was no answer. */
export interface TicketFailure {
  readonly message: string;
  readonly status?: number | undefined;
  /** As in the body of every error of ticketd. */
  readonly errorCode?: string | undefined;
  readonly traceId?: string | undefined;
  /** What the answer demanded. */
  readonly retryAfterMs?: number | undefined;
  /** What `getToken` or `fetch` threw. */
  readonly error?: unknown;
}

/** The properties of each event, beside those that every event has. */
export interface TicketSocketDetails {
  /** An attempt begins: the first one, number 0, or that many retries after it or after a connection that held. */
  connecting: { readonly attempt: number; readonly why: AttemptReason };
  /** A ticket was got, and the handshake begins. */
  ticket: { readonly traceId?: string | undefined };
  /** No ticket was got; `retry`, `connecting`, `paused` or `stopped` follows. */
  'ticket-error': TicketFailure;
  open: { readonly protocol: string };
  message: { readonly data: unknown };
  /** An open connection ended. */
  close: { readonly code: number; readonly reason: string };
  /** The next attempt begins in `delayMs`. */
  retry: { readonly attempt: number; readonly delayMs: number; readonly why: AttemptReason };
  /** The next attempt begins when the page is online and looked at again. */
  paused: { readonly why: PauseReason };
  /** It will not come back by itself. `code` is that of a close, the rest is that of a `ticket-error`. */
  stopped: Partial<TicketFailure> & { readonly reason: StopReason; readonly code?: number | undefined };
}

export type TicketSocketEvents = { [Type in keyof TicketSocketDetails]: Event & TicketSocketDetails[Type] };

/** An `EventTarget` that keeps a WebSocket open. */
export interface TicketSocket {
  readonly state: TicketSocketState;
  /** Whether there was an open socket to hand it to. Nothing is kept for later. */
  send(data: SocketData): boolean;
  /** Closes for good; codes and reasons are those of `WebSocket.close`. */
  close(code?: number, reason?: string): void;
  /** Connects again after `stopped`, and cuts short the wait for a retry, though not below a `Retry-After`. */
  connect(): void;
  addEventListener<Type extends keyof TicketSocketEvents>(
    type: Type,
    listener: (event: TicketSocketEvents[Type]) => void,
    options?: boolean | { readonly once?: boolean; readonly signal?: AbortSignal },
  ): void;
  removeEventListener<Type extends keyof TicketSocketEvents>(
    type: Type,
    listener: (event: TicketSocketEvents[Type]) => void,
  ): void;
}

export type SocketData = string | Blob | ArrayBuffer | ArrayBufferView;

/** What is needed of a `WebSocket`. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly protocol: string;
  // biome-ignore lint/suspicious/noExplicitAny: the events of the browser's WebSocket and of others are to fit
  addEventListener(type: any, listener: (event: any) => void): void;
  send(data: SocketData): void;
  close(code?: number, reason?: string): void;
}

export type SocketConstructor = new (url: string, protocols?: string[]) => SocketLike;
