import { REVOKED } from '../protocol/close-codes.ts';
import { socketAddressOf } from './address.ts';
import { type Attempt, type AttemptListener, beginAttempt } from './attempt.ts';
import { type ClosePolicy, createClosePolicy } from './close-policy.ts';
import { createPage } from './page.ts';
import { createTicketRequest, failureOf, type RequestTicket } from './request-ticket.ts';
import { createSchedule, LONGEST_TIMEOUT_MS } from './schedule.ts';
import type {
  AttemptReason,
  PauseReason,
  SocketData,
  TicketSocket,
  TicketSocketDetails,
  TicketSocketOptions,
  TicketSocketState,
} from './types.ts';

export type * from './types.ts';

/**
 * Keeps a WebSocket open whose handshakes are authenticated by tickets of ticketd. Each attempt gets a ticket of its
 * own; a spent one is never sent again. Retries wait for an exponential backoff with full jitter, on top of any
 * `Retry-After`. When ticketd rejects the JWT, the client calls `getToken` once more. It stops, and reports why, when
 * ticketd rejects that JWT, too, or the request, and when the server closes with a final code.
 *
 * The first attempt begins when the calling code has run to its end, so that it can add its listeners. Throws a
 * `TypeError` for addresses that cannot work, and without `getToken`.
 */
export const connectWithTicket = (options: TicketSocketOptions): TicketSocket => {
  if (typeof options.getToken !== 'function') throw new TypeError('getToken must be a function');
  const address = socketAddressOf(options);
  const page = createPage(address.hostname, options);
  const schedule = createSchedule(options);
  const target = new EventTarget();
  let state: TicketSocketState = 'stopped';
  let attempt: Attempt | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopWatching: (() => void) | undefined;
  let paused: PauseReason | undefined;
  let nextWhy: AttemptReason;
  // Both remember what happened since the last stop.
  let requestTicket: RequestTicket;
  let afterClose: ClosePolicy;
  let openedAt = 0;

  const emit = <Type extends keyof TicketSocketDetails>(type: Type, details: TicketSocketDetails[Type]) =>
    target.dispatchEvent(Object.assign(new Event(type), details));

  /** Pauses, waits or begins the next attempt; may be called at any time. */
  const proceed = () => {
    if (attempt || state === 'stopped') return;
    clearTimeout(timer);
    const before = paused;
    paused = page.pauseReason();
    if (paused) return pause(paused, before);
    if (before) schedule.skipBackoff();
    const delayMs = schedule.waitMs();
    if (delayMs > 0) wait(delayMs);
    else begin();
  };

  const pause = (why: PauseReason, before: PauseReason | undefined) => {
    state = 'paused';
    if (why !== before) emit('paused', { why });
  };

  const wait = (delayMs: number) => {
    timer = setTimeout(proceed, Math.min(delayMs, LONGEST_TIMEOUT_MS));
    if (state === 'waiting') return;
    state = 'waiting';
    emit('retry', { attempt: schedule.failures(), delayMs, why: nextWhy });
  };

  const begin = () => {
    state = 'connecting';
    emit('connecting', { attempt: schedule.failures(), why: nextWhy });
    // A listener may have called close(), here and below.
    if (state === 'connecting') attempt = beginAttempt(options, address, requestTicket, listener);
  };

  const listener: AttemptListener = {
    granted: ({ traceId }) => emit('ticket', { traceId }),
    failed: ({ final, ...failure }) => {
      emit('ticket-error', failure);
      if (!attempt) return;
      if (!final) retry('ticket', failure.retryAfterMs);
      else if (final === 'rejected') again(final);
      else stop({ reason: final, ...failure });
    },
    invalid: (error) => stop({ reason: 'invalid', ...failureOf(error) }),
    opened: (protocol) => {
      openedAt = performance.now();
      state = 'open';
      emit('open', { protocol });
    },
    received: (data) => emit('message', { data }),
    closed: (code, reason) => {
      const wasOpen = state === 'open';
      const next = afterClose(code, wasOpen ? performance.now() - openedAt : undefined);
      state = 'connecting';
      if (next.resetBackoff) schedule.reset();
      if (wasOpen) emit('close', { code, reason });
      if (!attempt) return;
      if (next.final) stop({ reason: code === REVOKED ? 'revoked' : 'refused', code, message: reason });
      else retry(next.why, next.minDelayMs, next.spreadMs);
    },
  };

  const retry = (why: AttemptReason, minDelayMs?: number, spreadMs?: number) => {
    schedule.failed(minDelayMs, spreadMs);
    again(why);
  };

  const again = (why: AttemptReason) => {
    endAttempt();
    nextWhy = why;
    proceed();
  };

  const endAttempt = (code?: number, reason?: string) => {
    attempt?.end(code, reason);
    attempt = undefined;
  };

  const stop = (details: TicketSocketDetails['stopped']) => {
    endAttempt();
    clearTimeout(timer);
    stopWatching?.();
    stopWatching = undefined;
    state = 'stopped';
    emit('stopped', details);
  };

  const close = (code = 1000, reason = '') => {
    if (state === 'stopped') return;
    const wasOpen = state === 'open';
    endAttempt(code, reason);
    state = 'stopped';
    if (wasOpen) emit('close', { code, reason });
    stop({ reason: 'closed' });
  };

  const connect = () => {
    if (attempt) return;
    if (state === 'stopped') {
      nextWhy = 'connect';
      requestTicket = createTicketRequest(options);
      afterClose = createClosePolicy(options);
      schedule.reset();
    }
    stopWatching ??= page.watch(proceed);
    state = 'connecting';
    paused = undefined;
    schedule.skipBackoff();
    queueMicrotask(proceed);
  };

  connect();
  const send = (data: SocketData) => attempt?.send(data) ?? false;
  Object.defineProperty(target, 'state', { get: () => state });
  // The listeners of TicketSocket have typed events, those of EventTarget do not.
  return Object.assign(target, { send, close, connect }) as unknown as TicketSocket;
};
