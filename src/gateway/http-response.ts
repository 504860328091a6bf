import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { UpgradeRefused } from './admission.ts';

/** The plain HTTP response to an upgrade that is not accepted. */
export interface PlainResponse {
  readonly status: number;
  readonly errorCode: string;
  readonly message: string;
  readonly traceId: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

// RFC 9110, section 11.6.1, demands a challenge of every 401; no registered scheme is a ticket's.
const TICKET_CHALLENGE = 'Ticket realm="ticketd"';
// A client that does not read must not keep its connection open.
const FLUSH_MS = 5000;

/** Answers a refused handshake in plain HTTP, as ticketd itself does, and closes the connection. */
export const answerRefusal = (socket: Duplex, refusal: UpgradeRefused): void => respond(socket, refusal);

export const respond = (socket: Duplex, response: PlainResponse): void => {
  // Node no longer listens to the socket: without a listener its errors would end the process.
  socket.on('error', () => socket.destroy());
  if (!socket.writable) return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), FLUSH_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  // The client may never end its half.
  socket.once('finish', () => socket.destroy());
  socket.end(textOf(response));
};

const textOf = ({ status, errorCode, message, traceId, retryAfter }: PlainResponse): string => {
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
