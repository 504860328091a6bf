import { describeError } from '../log/describe-error.ts';
import type { RejectReason } from '../protocol/reject-reason.ts';
import type { RefusalCode } from './refusal.ts';

/** The fields of every handshake. `durationMs` is in milliseconds; `ticketId` is the same in the log of ticketd. */
interface HandshakeFields {
  readonly traceId: string;
  readonly ticketId?: string | undefined;
  readonly durationMs: number;
}

interface HandshakeAdmitted extends HandshakeFields {
  readonly event: 'upgrade_admitted';
  readonly level: 'info';
  readonly subject: string;
  readonly sessionId: string | undefined;
}

/** 401 or 403. `reason` is known where the gateway redeems from Redis, or did not redeem at all. */
interface HandshakeRefused extends HandshakeFields {
  readonly event: 'upgrade_refused';
  readonly level: 'warn';
  readonly errorCode: RefusalCode;
  readonly reason: RejectReason | undefined;
}

/** 503: the redeem failed, or code on the way to it threw. */
interface RedeemFailed extends HandshakeFields {
  readonly event: 'redeem_failed';
  readonly level: 'error';
  readonly errorCode: RefusalCode;
  readonly error: string;
}

/** 503 until the operator fixes the configuration of the gateway, such as a wrong key. */
interface GatewayMisconfigured extends HandshakeFields {
  readonly event: 'gateway_misconfigured';
  readonly level: 'error';
  readonly errorCode: RefusalCode;
  readonly error: string;
}

/** The application did not take the connection in time, or threw: 503, or the connection is destroyed if it was taken. */
interface UpgradeFailed {
  readonly event: 'upgrade_failed';
  readonly level: 'error';
  readonly traceId: string;
  readonly errorCode: RefusalCode;
  readonly error: string;
  /** The beginning of the stack, if there is one. */
  readonly stack: string | undefined;
}

/** The client disconnected before its ticket was redeemed. */
interface ClientLeft {
  readonly event: 'client_left';
  readonly level: 'info';
  readonly traceId: string;
}

/** The gateway closed a socket because its session ended, or terminated one because its client did not answer a ping. */
export interface SocketEnded {
  readonly event: 'session_ended' | 'client_silent';
  readonly level: 'info';
  readonly traceId: string;
  readonly subject: string;
  readonly sessionId: string | undefined;
}

/** The gateway closed a socket because its session was revoked. */
interface SocketRevoked {
  readonly event: 'socket_revoked';
  readonly level: 'info';
  readonly traceId: string;
  readonly subject: string;
  readonly sessionId: string | undefined;
  /** From the revocation, by the clock of Redis, to the close, by that of this machine; at least 0. */
  readonly delayMs: number;
}

/** The fields of an event that concerns no single socket: the absent one lets code read it of any event. */
interface FeedFields {
  readonly traceId?: undefined;
}

/** Revocations may be lost: the gateway closes with 1013 the sockets that they may concern. */
interface RevocationsReset extends FeedFields {
  readonly event: 'revocations_reset';
  readonly level: 'warn';
  /** How many sockets it closes, within 60 s. */
  readonly sockets: number;
}

/** The gateway has not received revocations for 5 s; once for each outage. */
interface RevocationsDelayed extends FeedFields {
  readonly event: 'revocations_delayed';
  readonly level: 'error';
  readonly error: string;
}

/** The gateway receives revocations again, those of the outage included. */
interface RevocationsResumed extends FeedFields {
  readonly event: 'revocations_resumed';
  readonly level: 'info';
  readonly downMs: number;
}

/** The gateway skipped a revocation that it could not read. */
interface RevocationMalformed extends FeedFields {
  readonly event: 'revocation_malformed';
  readonly level: 'error';
  readonly error: string;
}

/** Events of the Redis connection, with the fields that they have in the log of ticketd. */
export const connectionEvents = [
  'redis_connect_start',
  'redis_connect_ok',
  'redis_connect_fail',
  'redis_down',
  'redis_up',
] as const;

export type ConnectionEvent = (typeof connectionEvents)[number];

interface ConnectionReport {
  readonly event: ConnectionEvent;
  readonly level: 'info' | 'error';
  readonly [field: string]: string | number | undefined;
}

/** What a gateway reports; never contains a ticket or a key. */
export type GatewayEvent =
  | HandshakeAdmitted
  | HandshakeRefused
  | RedeemFailed
  | GatewayMisconfigured
  | UpgradeFailed
  | ClientLeft
  | SocketEnded
  | SocketRevoked
  | RevocationsReset
  | RevocationsDelayed
  | RevocationsResumed
  | RevocationMalformed
  | ConnectionReport;

export type EventListener = (event: GatewayEvent) => void;

/** Isolates a listener: what it throws, also later, neither breaks a handshake nor ends the process. */
export const isolated =
  (listener: EventListener): EventListener =>
  (event) => {
    // A promise catches whatever a listener throws, returns or rejects with.
    new Promise<unknown>((resolve) => resolve(listener(event))).catch(warn);
  };

const warn = (error: unknown): void =>
  process.emitWarning(`onEvent threw: ${describeError(error).error}`, 'TicketdWarning');

/** The default listener prints errors only. */
export const printErrors: EventListener = (event) => {
  if (event.level === 'error') console.error(JSON.stringify(event));
};
