import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorBody, errorHeaders, wireErrors } from '../protocol/errors.ts';
import { JSON_TYPE, TRACE_ID_HEADER } from '../protocol/headers.ts';
import type { RefusalCode, UpgradeRefused } from './refusal.ts';

/** An error response to an upgrade; without `message` and `retryAfter`, those of the code. */
export interface ErrorResponse {
  readonly errorCode: RefusalCode | 'NOT_FOUND';
  readonly traceId: string;
  readonly message?: string;
  /** Seconds. */
  readonly retryAfter?: number | undefined;
}

// A client that does not read must not keep its connection open.
const FLUSH_MS = 5000;

/** Answers a refused handshake in plain HTTP, as ticketd itself does, and closes the connection. */
export const answerRefusal = (socket: Duplex, refusal: UpgradeRefused): void => respond(socket, refusal);

export const respond = (socket: Duplex, response: ErrorResponse): void => {
  // Node no longer listens to the socket: without a listener its errors would end the process.
  socket.on('error', () => socket.destroy());
  if (!socket.writable) return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), FLUSH_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  // The client may never end its half.
  socket.once('finish', () => socket.destroy());
  socket.end(rawResponse(response));
};

const rawResponse = ({ errorCode, traceId, message, retryAfter }: ErrorResponse): string => {
  const { status } = wireErrors[errorCode];
  const details = { message, retryAfter };
  const body = JSON.stringify(errorBody(errorCode, traceId, details));
  const headers = {
    Date: new Date().toUTCString(),
    'Content-Type': JSON_TYPE,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    [TRACE_ID_HEADER]: traceId,
    ...errorHeaders(errorCode, details),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
};
