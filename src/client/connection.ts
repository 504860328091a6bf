import { REVOKED } from '../protocol/close-codes.ts';
import { type Attempt, type AttemptListener, beginAttempt, type OpenTransport } from './attempt.ts';
import { type ClosePolicy, type ClosePolicyOptions, createClosePolicy } from './close-policy.ts';
import { createPage } from './page.ts';
import { createTicketRequest, failureOf, type RequestTicket } from './request-ticket.ts';
import { createSchedule, startTimer, type Timer } from './schedule.ts';
import type {
  AttemptReason,
  PauseReason,
  RetryOptions,
  SocketData,
  StopReason,
  TicketOptions,
  TicketSocketDetails,
  TicketSocketState,
} from './types.ts';

export type ConnectionOptions = TicketOptions & RetryOptions & ClosePolicyOptions;

/** What happens to a connection. Only a stream ends for good without a fault. */
export interface ConnectionDetails extends Omit<TicketSocketDetails, 'stopped'> {
  stopped: Omit<TicketSocketDetails['stopped'], 'reason'> & { readonly reason: StopReason | 'ended' };
}

export type EmitOfConnection = <Type extends keyof ConnectionDetails>(
  type: Type,
  details: ConnectionDetails[Type],
) => void;

/** Keeps one connection open. */
export interface Connection {
  currentState(): TicketSocketState;
  send(data: SocketData): boolean;
  close(code?: number, reason?: string): void;
  connect(): void;
}

/** Connects to a host, with a ticket of its own for each attempt. Throws where none can succeed. */
export const keepConnected = (
  options: ConnectionOptions,
  host: string,
  openTransport: OpenTransport,
  emit: EmitOfConnection,
): Connection => {
  const page = createPage(host, options);
  const schedule = createSchedule(options);
  let state: TicketSocketState = 'stopped';
  let attempt: Attempt | undefined;
  let timer: Timer | undefined;
  let stopWatching: (() => void) | undefined;
  let paused: PauseReason | undefined;
  let nextWhy: AttemptReason;
  // Both remember what happened since the last stop.
  let requestTicket: RequestTicket;
  let afterClose: ClosePolicy;
  let openedAt = 0;

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
    timer = startTimer(proceed, delayMs);
    if (state === 'waiting') return;
    state = 'waiting';
    emit('retry', { attempt: schedule.failures(), delayMs, why: nextWhy });
  };

  const begin = () => {
    state = 'connecting';
    emit('connecting', { attempt: schedule.failures(), why: nextWhy });
    // A listener may have called close(), here and below.
    if (state === 'connecting') attempt = beginAttempt(options, openTransport, requestTicket, listener);
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
    closed: (code, reason, minDelayMs) => {
      const wasOpen = state === 'open';
      const next = afterClose(code, wasOpen ? performance.now() - openedAt : undefined);
      state = 'connecting';
      if (next.resetBackoff) schedule.reset();
      if (wasOpen) emit('close', { code, reason });
      if (!attempt) return;
      if (next.final) stop({ reason: code === REVOKED ? 'revoked' : 'refused', code, message: reason });
      else retry(next.why, minDelayMs ?? next.minDelayMs, next.spreadMs);
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

  const stop = (details: ConnectionDetails['stopped']) => {
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
  return { currentState: () => state, send: (data) => attempt?.send(data) ?? false, close, connect };
};
