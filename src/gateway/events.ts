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

/** 503: the redeem failed. */
interface Failed extends OfHandshake {
  readonly event: 'redeem_failed';
  readonly level: 'error';
  readonly errorCode: RefusalCode;
  readonly error: string;
}

/** 503 until somebody mends the set-up of the gateway, such as a wrong key. */
interface Misconfigured extends OfHandshake {
  readonly event: 'gateway_misconfigured';
  readonly level: 'error';
  readonly errorCode: RefusalCode;
  readonly error: string;
}

/** The client was gone before its ticket had been redeemed. */
interface ClientLeft {
  readonly event: 'client_left';
  readonly level: 'info';
  readonly traceId: string;
}

/** A socket was closed since the session ended. */
interface SessionEnded {
  readonly event: 'session_ended';
  readonly level: 'info';
  readonly traceId: string;
  readonly subject: string;
  readonly sessionId: string | undefined;
}

/** What the connection to Redis tells, as in the log of ticketd and with the same fields. */
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

/** What a gateway tells of itself; never holds a ticket or a key. */
export type GatewayEvent = Admitted | Refused | Failed | Misconfigured | ClientLeft | SessionEnded | OfConnection;

export type Tell = (event: GatewayEvent) => void;

/** A listener that cannot break the handshake that it is told of. */
export const safely =
  (listener: Tell): Tell =>
  (event) => {
    try {
      listener(event);
    } catch (error) {
      process.emitWarning(`onEvent threw: ${error instanceof Error ? error.message : error}`, 'TicketdWarning');
    }
  };

/** Unless somebody listens, what went wrong is printed: it must not go unnoticed. */
export const printErrors: Tell = (event) => {
  if (event.level === 'error') console.error(JSON.stringify(event));
};
