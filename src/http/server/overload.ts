import type { RequestListener } from 'node:http';
import type { Emit } from '../../log/events.ts';
import { errorBody, errorHeaders, wireErrors } from '../../protocol/errors.ts';
import { apiHeaderList, JSON_TYPE, TRACE_ID_HEADER } from '../../protocol/headers.ts';
import { traceIdOf } from '../../protocol/trace-id.ts';
import { since } from '../../time/clock.ts';
import { arrivalOf } from './concurrency-limiter.ts';

export interface OverloadOptions {
  /** The name of the listener in the log. */
  readonly listener: string;
  readonly emit: Emit;
  /** The CORS headers of a response to a request with this `Origin`. */
  readonly corsHeaders: (origin: string | undefined) => Readonly<Record<string, string>>;
}

const CODE = 'SERVICE_OVERLOADED';
const { status } = wireErrors[CODE];
const ERROR_HEADERS = Object.entries(errorHeaders(CODE)).flat();

/** Rejects a request before processing, in the format of all errors: it costs half of an ordinary response. */
export const refuseOverload = ({ listener, emit, corsHeaders }: OverloadOptions): RequestListener => {
  return (request, response) => {
    const traceId = traceIdOf(request.headers);
    const text = JSON.stringify(errorBody(CODE, traceId));
    const headers = [
      TRACE_ID_HEADER,
      traceId,
      ...apiHeaderList,
      ...ERROR_HEADERS,
      ...Object.entries(corsHeaders(request.headers.origin)).flat(),
    ];
    headers.push('Content-Type', JSON_TYPE, 'Content-Length', String(Buffer.byteLength(text)));
    response.writeHead(status, headers).end(text);
    const { method = '' } = request;
    const durationMs = since(arrivalOf(request));
    emit('request_shed', { traceId, listener });
    emit('request', { traceId, listener, method, route: 'none', status, errorCode: CODE, durationMs });
  };
};
