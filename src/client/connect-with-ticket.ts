import { destinationOf } from './address.ts';
import { type Attempt, type AttemptWatch, beginAttempt } from './attempt.ts';
import { type ClosePolicy, createClosePolicy } from './close-policy.ts';
import { createPage } from './page.ts';
import { createTicketRequest, type RequestTicket } from './request-ticket.ts';
import { createSchedule } from './schedule.ts';
import { thrown } from './thrown.ts';
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

/** A longer time-out would end at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Keeps a WebSocket open whose handshakes are authenticated by tickets of ticketd. Each attempt gets a ticket of its
 * own; a spent one is never sent again. Attempts are spaced by exponential backoff with full jitter, on top of what a
 * `Retry-After` demands. When ticketd refuses the JWT, `getToken` is asked once more. The client stops, and reports why,
 * when ticketd refuses that JWT, too, or the request, and when the server closes with a code that is final.
 *
 * The first attempt begins when the calling code has run to its end, so that it can add its listeners. Throws a TypeError
 * for addresses that cannot work, and without `getToken`.
 */
export const connectWithTicket = (options: TicketSocketOptions): TicketSocket => {
  const { baseDelayMs = 1000, maxDelayMs = 8000, stableAfterMs = 5000, random = Math.random } = options;
  const { finalCodes = [4001], pauseWhenHidden = true } = options;
  if (typeof options.getToken !== 'function') throw new TypeError('getToken must be a function');
  const destination = destinationOf(options);
  const page = createPage({ hostname: destination.hostname, pauseWhenHidden });
  const schedule = createSchedule({ baseDelayMs, maxDelayMs, random });
  const target = new EventTarget();
  let state: TicketSocketState = 'stopped';
  let attempt: Attempt | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unwatch: (() => void) | undefined;
  let paused: PauseReason | undefined;
  let nextWhy: AttemptReason;
  // Both remember what happened since the last stop.
  let requestTicket: RequestTicket;
  let afterClose: ClosePolicy;
  let openedAt = 0;

  const emit = <Type extends keyof TicketSocketDetails>(type: Type, details: TicketSocketDetails[Type]) =>
    target.dispatchEvent(Object.assign(new Event(type), details));

  /** Does what there is to do between two attempts; may be called at any time. */
  const proceed = () => {
    if (attempt || state === 'stopped') return;
    clearTimeout(timer);
    const before = paused;
    paused = page.pausedBy();
    if (paused) return pause(paused, before);
    if (before) schedule.hurry();
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
    // A listener may have closed it, here and below.
    if (state === 'connecting') attempt = beginAttempt(options, destination, requestTicket, watch);
  };

  const watch: AttemptWatch = {
    granted: ({ traceId }) => emit('ticket', { traceId }),
    failed: ({ final, ...failure }) => {
      emit('ticket-error', failure);
      if (!attempt) return;
      if (!final) retry('ticket', failure.retryAfterMs);
      else if (final === 'rejected') again(final);
      else stop({ reason: final, ...failure });
    },
    impossible: (error) => stop({ reason: 'invalid', ...thrown(error) }),
    opened: (protocol) => {
      openedAt = performance.now();
      state = 'open';
      emit('open', { protocol });
    },
    received: (data) => emit('message', { data }),
    ended: (code, reason) => {
      const wasOpen = state === 'open';
      const next = afterClose(code, wasOpen ? performance.now() - openedAt : undefined);
      state = 'connecting';
      if (next.fresh) schedule.forget();
      if (wasOpen) emit('close', { code, reason });
      if (!attempt) return;
      if (next.final) stop({ reason: 'refused', code, message: reason });
      else retry(next.why, next.floorMs, next.spreadMs);
    },
  };

  const retry = (why: AttemptReason, floorMs?: number, spreadMs?: number) => {
    schedule.failed(floorMs, spreadMs);
    again(why);
  };

  const again = (why: AttemptReason) => {
    giveUp();
    nextWhy = why;
    proceed();
  };

  const giveUp = (code?: number, reason?: string) => {
    attempt?.giveUp(code, reason);
    attempt = undefined;
  };

  const stop = (details: TicketSocketDetails['stopped']) => {
    giveUp();
    clearTimeout(timer);
    unwatch?.();
    unwatch = undefined;
    state = 'stopped';
    emit('stopped', details);
  };

  const close = (code = 1000, reason = '') => {
    if (state === 'stopped') return;
    const wasOpen = state === 'open';
    giveUp(code, reason);
    state = 'stopped';
    if (wasOpen) emit('close', { code, reason });
    stop({ reason: 'closed' });
  };

  const connect = () => {
    if (attempt) return;
    if (state === 'stopped') {
      nextWhy = 'connect';
      requestTicket = createTicketRequest(options);
      afterClose = createClosePolicy(finalCodes, stableAfterMs);
      schedule.forget();
    }
    unwatch ??= page.watch(proceed);
    state = 'connecting';
    paused = undefined;
    schedule.hurry();
    queueMicrotask(proceed);
  };

  connect();
  const send = (data: SocketData) => attempt?.send(data) ?? false;
  Object.defineProperty(target, 'state', { get: () => state });
  // Its listeners are typed by the events that there are, which an EventTarget's cannot be.
  return Object.assign(target, { send, close, connect }) as unknown as TicketSocket;
};
