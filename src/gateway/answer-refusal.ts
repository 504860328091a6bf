import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { UpgradeRefused } from './refused.ts';

/** The response to a client that is not admitted. */
export interface PlainAnswer {
  readonly status: number;
  readonly errorCode: string;
  readonly message: string;
  readonly traceId: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

// RFC 9110, section 11.6.1, demands a challenge of every 401; no registered scheme is a ticket's.
const TICKET_CHALLENGE = 'Ticket realm="ticketd"';
// A client that reads nothing must not keep its connection for it.
const FLUSH_MS = 5000;

/** Answers a refused handshake in plain HTTP, as ticketd itself would, and ends the connection. */
export const answerRefusal = (socket: Duplex, refusal: UpgradeRefused): void => answerPlainly(socket, refusal);

export const answerPlainly = (socket: Duplex, answer: PlainAnswer): void => {
  // Node no longer listens to the socket: without a listener its errors would end the process.
  socket.on('error', () => socket.destroy());
  if (!socket.writable) return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), FLUSH_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  // The other side may never end its half.
  socket.once('finish', () => socket.destroy());
  socket.end(textOf(answer));
};

const textOf = ({ status, errorCode, message, traceId, retryAfter }: PlainAnswer): string => {
  const body = JSON.stringify({ errorCode, message, traceId, ...(retryAfter !== undefined && { retryAfter }) });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Trace-Id: ${traceId}`,
    ...(status === 401 ? [`WWW-Authenticate: ${TICKET_CHALLENGE}`] : []),
    ...(retryAfter !== undefined ? [`Retry-After: ${retryAfter}`] : []),
    'Connection: close',
    '',
    body,
  ].join('\r\n');
};
