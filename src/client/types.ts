/** How the client gets a ticket. */
export interface TicketRequestOptions {
  /** Where tickets are issued: `https://…/api/v1/auth/ws-ticket`. */
  readonly ticketUrl: string | URL;
  /** Which gateway may redeem the tickets. */
  readonly audience?: string | undefined;
  /** Reported to the gateway with the ticket. */
  readonly channel?: string | undefined;
  /** The only path that the tickets are good for. */
  readonly path?: string | undefined;
  /** Time limit of a ticket request, `getToken` included; 10000 by default, 0 for none. */
  readonly timeoutMs?: number | undefined;
  /** Replaces `globalThis.fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** Who asks for the ticket: exactly one of the two. */
export type TokenSource =
  | {
      /**
       * Returns the JWT for one attempt. Called for each, so that it can refresh a JWT about to expire. Without a user
       * it returns nothing, and the client stops; an error, or anything that is not a JWT, counts as a failed attempt.
       */
      readonly getToken: (request: TokenRequest) => MaybeToken | Promise<MaybeToken>;
      readonly credentials?: undefined;
    }
  | {
      /** The browser sends the cookie that has the JWT. Nothing can replace that one, so the client stops after a 401. */
      readonly credentials: 'include';
      readonly getToken?: undefined;
    };

export type TicketOptions = TicketRequestOptions & TokenSource;

/** As ticketd issues it. */
export interface Ticket {
  readonly ticket: string;
  /** Seconds until it expires. */
  readonly expiresIn?: number;
  readonly traceId?: string | undefined;
}

/** When the client tries again. */
export interface RetryOptions {
  /** The longest wait before the first retry; 1000 by default. It doubles with each failed attempt. */
  readonly baseDelayMs?: number | undefined;
  /** The longest wait before any retry, on top of `Retry-After`; 8000 by default. */
  readonly maxDelayMs?: number | undefined;
  /** Time limit of a ticket request, `getToken` included, and then of the handshake; 10000 by default, 0 for none. */
  readonly timeoutMs?: number | undefined;
  /**
   * How long the server may send nothing before the client closes the connection and opens another one; off by default.
   * Browsers do not show pings to a page: use it where the server sends a message at regular intervals.
   */
  readonly silenceMs?: number | undefined;
  /**
   * How long a connection must stay open to restart the backoff; 5000 by default. The client stops after five in a row
   * that ended sooner, or never opened, because the ticket was refused.
   */
  readonly stableAfterMs?: number | undefined;
  /** `false` also connects in a hidden tab; `true` by default. */
  readonly pauseWhenHidden?: boolean | undefined;
  /** Replaces `Math.random`: from 0 up to, not including, 1. */
  readonly random?: (() => number) | undefined;
}

/** How a WebSocket carries its ticket. */
export interface SocketCarrier {
  /**
   * Where the handshake carries the ticket: the query parameter `ticket` (the default) or one more subprotocol. Browsers
   * close a connection whose server selects none of the offered subprotocols, so `protocol` needs `protocols`.
   */
  readonly ticketIn?: 'query' | 'protocol' | undefined;
  /** Replaces `globalThis.WebSocket`. */
  readonly WebSocket?: SocketConstructor | undefined;
}

export interface SocketOptions extends SocketCarrier {
  /** The WebSocket server: `wss://…`, with or without a query; may be relative to the page. */
  readonly socketUrl: string | URL;
  /** The subprotocols that the client offers. */
  readonly protocols?: readonly string[] | undefined;
  readonly binaryType?: 'blob' | 'arraybuffer' | undefined;
  /** The close codes after which the client stops; 4001 by default: revoked, or refused for good. */
  readonly finalCodes?: readonly number[] | undefined;
}

/** How a stream of events is requested. */
export interface StreamOptions {
  /** Sends cookies to another origin, too. */
  readonly withCredentials?: boolean | undefined;
  /** Sends the last id in this parameter of the query instead of the header `Last-Event-ID`. */
  readonly lastEventIdParameter?: string | undefined;
  /** Replaces `globalThis.fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

/** Options of `connectWithTicket`. Only the addresses, and `getToken` or `credentials`, are required. */
export type TicketSocketOptions = TicketOptions & RetryOptions & SocketOptions;

export interface TokenRequest {
  /** ticketd rejected the JWT that `getToken` returned last: the same one again stops the client. */
  readonly rejected: boolean;
  /** Aborts when the attempt is over. */
  readonly signal: AbortSignal;
}

export type MaybeToken = string | null | undefined;

/** `waiting` for a retry, `paused` while offline or hidden, `stopped` until `connect()`. */
export type TicketSocketState = 'connecting' | 'open' | 'waiting' | 'paused' | 'stopped';

/**
 * Why the client makes an attempt:
 *
 * - `connect`: the application called `connectWithTicket` or `connect()`;
 * - `rejected`: ticketd rejected the JWT, and `getToken` may return another one;
 * - `ticket`: the last attempt got no ticket;
 * - `handshake`: the last handshake failed;
 * - `closed`: the last connection ended;
 * - `expired`: the server closed with 4003, since the JWT of the ticket expired;
 * - `refused`: the server closed with 4004, since it could not redeem the ticket.
 */
export type AttemptReason = 'connect' | 'rejected' | 'ticket' | 'handshake' | 'closed' | 'expired' | 'refused';

export type PauseReason = 'offline' | 'hidden';

/**
 * Why the client stopped:
 *
 * - `unauthorized`: ticketd rejected the JWT with 401, and then the next one, too, or `getToken` returned none; with
 *   `credentials`, ticketd returned 401;
 * - `forbidden`: ticketd returned 403;
 * - `invalid`: no attempt can succeed: ticketd rejected the request, or the browser the address of the socket;
 * - `revoked`: the server closed with 4001: the session was revoked, or the application refuses the client for good;
 * - `refused`: the server closed with another one of the `finalCodes`, or five times in a row with 4004;
 * - `closed`: the application called `close()`.
 */
export type StopReason = 'unauthorized' | 'forbidden' | 'invalid' | 'revoked' | 'refused' | 'closed';

/** Why there is no ticket. `status` is missing where there was no response. */
export interface TicketFailure {
  readonly message: string;
  readonly status?: number | undefined;
  /** As in the body of every error of ticketd. */
  readonly errorCode?: string | undefined;
  readonly traceId?: string | undefined;
  /** How long the response asks to wait. */
  readonly retryAfterMs?: number | undefined;
  /** What `getToken` or `fetch` threw. */
  readonly error?: unknown;
}

/** The properties of each event, beside those of every `Event`. */
export interface TicketSocketDetails {
  /** An attempt begins. `attempt` counts the retries since the start or since a connection that lasted. */
  connecting: { readonly attempt: number; readonly why: AttemptReason };
  /** ticketd issued a ticket, and the handshake begins. */
  ticket: { readonly traceId?: string | undefined };
  /** There is no ticket; `retry`, `connecting`, `paused` or `stopped` follows. */
  'ticket-error': TicketFailure;
  open: { readonly protocol: string };
  message: { readonly data: unknown };
  /** An open connection ended. */
  close: { readonly code: number; readonly reason: string };
  /** The next attempt begins in `delayMs`. */
  retry: { readonly attempt: number; readonly delayMs: number; readonly why: AttemptReason };
  /** The next attempt begins when the page is online and visible again. */
  paused: { readonly why: PauseReason };
  /** Only `connect()` connects again. `code` is that of a `close`, the other properties are those of a `ticket-error`. */
  stopped: Partial<TicketFailure> & { readonly reason: StopReason; readonly code?: number | undefined };
}

export type TicketSocketEvents = { [Type in keyof TicketSocketDetails]: Event & TicketSocketDetails[Type] };

/** An `EventTarget` that keeps a WebSocket open. */
export interface TicketSocket {
  readonly state: TicketSocketState;
  /** Sends on the open socket; returns `false` where there is none, and keeps nothing for later. */
  send(data: SocketData): boolean;
  /** Closes the socket and stops; codes and reasons are those of `WebSocket.close`. */
  close(code?: number, reason?: string): void;
  /** Connects again after `stopped`; skips the wait for a retry, but not a `Retry-After`. */
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

/** The part of a `WebSocket` that the client uses. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly protocol: string;
  // biome-ignore lint/suspicious/noExplicitAny: the events of browsers, ws and React Native have types of their own
  addEventListener(type: any, listener: (event: any) => void): void;
  send(data: SocketData): void;
  close(code?: number, reason?: string): void;
}

export type SocketConstructor = new (url: string, protocols?: string[]) => SocketLike;
