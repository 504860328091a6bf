import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestErrorCode } from '../../errors/request-error.ts';
import { newTraceId } from '../../log/trace-id.ts';
import { apiHeaders } from '../exchange/api-headers.ts';
import { errorBody, refusals } from '../exchange/refusals.ts';

/** Answers what Node could not parse as a request, in the form of every other error, and closes the connection. */
export const answerBrokenRequest = (error: NodeJS.ErrnoException, stream: NodeJS.WritableStream): void => {
  const socket = stream as Socket;
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [code, message] = refusalOf(error);
  socket.end(answer(code, message));
  // The other side may never end its half.
  socket.once('finish', () => socket.destroy());
};

const refusalOf = ({ code }: NodeJS.ErrnoException): readonly [RequestErrorCode, string] => {
  if (code === 'HPE_HEADER_OVERFLOW') return ['REQUEST_HEADERS_TOO_LARGE', 'The headers are too large'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['REQUEST_TIMEOUT', 'The request did not arrive in time'];
  return ['BAD_REQUEST', 'This is not valid HTTP/1.1'];
};

const answer = (code: RequestErrorCode, message: string): string => {
  const traceId = newTraceId();
  const body = JSON.stringify(errorBody(code, message, traceId));
  const { status } = refusals[code];
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Trace-Id: ${traceId}`,
    ...Object.entries(apiHeaders).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    '',
    body,
  ].join('\r\n');
};
