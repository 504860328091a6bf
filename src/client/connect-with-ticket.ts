import { destinationOf } from './address.ts';
import { type Attempt, type AttemptWatch, beginAttempt } from './attempt.ts';
import { createPage } from './page.ts';
import { createSchedule } from './schedule.ts';
import type {
  PauseReason,
  RetryReason,
  SocketData,
  TicketSocket,
  TicketSocketDetails,
  TicketSocketOptions,
  TicketSocketState,
} from './types.ts';

export type * from './types.ts';

/** "Try Again Later" in the registry of close codes that RFC 6455 set up. */
const TRY_AGAIN_LATER = 1013;
/** The `Retry-After` of ticketd: a gateway that cannot ask it has no way to pass that on. */
const TRY_AGAIN_LATER_MS = 2000;
/** A longer time-out would end at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Keeps a WebSocket open whose handshakes are authenticated by tickets of ticketd. Each attempt gets a ticket of its
 * own; a spent one is never sent again. Attempts are spaced by exponential backoff with full jitter, on top of what a
 * `Retry-After` demands. After 401 and 403 from the ticket endpoint, and after a close with 4001, it stops and tells why.
 *
 * The first attempt begins when the calling code has run to its end, so that it can add its listeners. Throws a TypeError
 * for addresses that cannot work.
 */
export const connectWithTicket = (options: TicketSocketOptions): TicketSocket => {
  const { baseDelayMs = 1000, maxDelayMs = 8000, stableAfterMs = 5000, random = Math.random } = options;
  const { finalCodes = [4001], pauseWhenHidden = true } = options;
  const destination = destinationOf(options);
  const page = createPage({ hostname: destination.hostname, pauseWhenHidden });
  const schedule = createSchedule({ baseDelayMs, maxDelayMs, random });
  const target = new EventTarget();
  let state: TicketSocketState = 'stopped';
  let attempt: Attempt | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unwatch: (() => void) | undefined;
  let paused: PauseReason | undefined;
  let retryReason: RetryReason = 'closed';
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
    emit('retry', { attempt: schedule.failures(), delayMs, why: retryReason });
  };

  const begin = () => {
    state = 'connecting';
    emit('connecting', { attempt: schedule.failures() });
    // A listener may have closed it, here and below.
    if (state === 'connecting') attempt = beginAttempt(options, destination, watch);
  };

  const watch: AttemptWatch = {
    granted: ({ traceId }) => emit('ticket', { traceId }),
    failed: ({ stop: reason, ...failure }) => {
      emit('ticket-error', failure);
      if (!attempt) return;
      if (reason) stop({ reason, ...failure });
      else retry('ticket', failure.retryAfterMs);
    },
    impossible: (error) => stop({ reason: 'invalid', message: String(error), error }),
    opened: (protocol) => {
      openedAt = performance.now();
      state = 'open';
      emit('open', { protocol });
    },
    received: (data) => emit('message', { data }),
    ended: (code, reason) => {
      const wasOpen = state === 'open';
      state = 'connecting';
      if (wasOpen && performance.now() - openedAt >= stableAfterMs) schedule.forget();
      if (wasOpen) emit('close', { code, reason });
      if (!attempt) return;
      if (finalCodes.includes(code)) stop({ reason: 'refused', code, message: reason });
      else retry(wasOpen ? 'closed' : 'handshake', code === TRY_AGAIN_LATER ? TRY_AGAIN_LATER_MS : 0);
    },
  };

  const retry = (reason: RetryReason, floorMs = 0) => {
    giveUp();
    retryReason = reason;
    schedule.failed(floorMs);
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
    if (state === 'stopped') schedule.forget();
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
