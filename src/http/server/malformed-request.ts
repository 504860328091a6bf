import { STATUS_CODES } from 'node:http';
import { type ErrorCode, errorBody, wireErrors } from '../../protocol/errors.ts';
import { apiHeaders, JSON_TYPE, TRACE_ID_HEADER } from '../../protocol/headers.ts';
import { newTraceId } from '../../protocol/trace-id.ts';

/** The response to bytes that Node could not parse as a request, in the format of all errors; the last one of its connection. */
export const malformedRequestResponse = (error: NodeJS.ErrnoException): string => {
  const code = codeOf(error);
  const traceId = newTraceId();
  const body = JSON.stringify(errorBody(code, traceId));
  const { status } = wireErrors[code];
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${JSON_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `${TRACE_ID_HEADER}: ${traceId}`,
    ...Object.entries(apiHeaders).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    '',
    body,
  ].join('\r\n');
};

/** Node's error code for a request that did not arrive in time. */
export const REQUEST_TIMED_OUT = 'ERR_HTTP_REQUEST_TIMEOUT';

const codeOf = ({ code }: NodeJS.ErrnoException): ErrorCode => {
  if (code === 'HPE_HEADER_OVERFLOW') return 'REQUEST_HEADERS_TOO_LARGE';
  if (code === REQUEST_TIMED_OUT) return 'REQUEST_TIMEOUT';
  return 'BAD_REQUEST';
};
