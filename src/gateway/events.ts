import { describeError } from '../log/describe-error.ts';
import type { RefusalCode, RefusalReason } from './refused.ts';

/** What became of one handshake. Durations are milliseconds; `ticketId` is the one in the log of ticketd. */
interface OfHandshake {
  readonly traceId: string;
  readonly ticketId?: string | undefined;
  readonly durationMs: number;
}

interface Admitted extends OfHandshake {
  readonly event: 'upgrade_admitted';
  readonly level: 'info';
  readonly subject: string;
  readonly sessionId: string | undefined;
}

/** 401 or 403. `reason` is known where Redis was asked directly, or nobody was. */
interface Refused extends OfHandshake {
  readonly event: 'upgrade_refused';
  readonly level: 'warn';
  readonly errorCode: RefusalCode;
  readonly reason: RefusalReason | undefined;
}

/** 503: the redeem failed, or something threw on the way to it. */
interface Failed extends OfHandshake {
  readonly event: 'redeem_failed';
  readonly level: 'error';
  readonly errorCode: RefusalCode;
  readonly error: string;
}

/** 503 until the operator fixes the set-up of the gateway, such as a wrong key. */
interface Misconfigured extends OfHandshake {
  readonly event: 'gateway_misconfigured';
  readonly level: 'error';
  readonly errorCode: RefusalCode;
  readonly error: string;
}

/** The connection was taken by nothing in time, or what was to take it threw: 503, or cut where it was taken already. */
interface UpgradeFailed {
  readonly event: 'upgrade_failed';
  readonly level: 'error';
  readonly traceId: string;
  readonly errorCode: RefusalCode;
  readonly error: string;
  /** The beginning of the stack, where there is one. */
  readonly stack: string | undefined;
}

/** The client was gone before its ticket had been redeemed. */
interface ClientLeft {
  readonly event: 'client_left';
  readonly level: 'info';
  readonly traceId: string;
}

/** A socket was closed because its session ended. */
interface SessionEnded {
  readonly event: 'session_ended';
  readonly level: 'info';
  readonly traceId: string;
  readonly subject: string;
  readonly sessionId: string | undefined;
}

/** What the connection to Redis reports, as in the log of ticketd and with the same fields. */
export type ConnectionEvent =
  | 'redis_connect_start'
  | 'redis_connect_ok'
  | 'redis_connect_fail'
  | 'redis_down'
  | 'redis_up';

interface OfConnection {
  readonly event: ConnectionEvent;
  readonly level: 'info' | 'error';
  readonly [field: string]: string | number | undefined;
}

/** What a gateway reports; never holds a ticket or a key. */
export type GatewayEvent =
  | Admitted
  | Refused
  | Failed
  | Misconfigured
  | UpgradeFailed
  | ClientLeft
  | SessionEnded
  | OfConnection;

export type EventListener = (event: GatewayEvent) => void;

/** A listener that can neither break the handshake that it hears of nor end the process, also an async one. */
export const safely =
  (listener: EventListener): EventListener =>
  (event) => {
    // A promise absorbs all that a listener can throw, return or reject with.
    new Promise<unknown>((resolve) => resolve(listener(event))).catch(warn);
  };

const warn = (error: unknown): void =>
  process.emitWarning(`onEvent threw: ${describeError(error).error}`, 'TicketdWarning');

/** The default listener prints errors, so that they do not go unnoticed. */
export const printErrors: EventListener = (event) => {
  if (event.level === 'error') console.error(JSON.stringify(event));
};
