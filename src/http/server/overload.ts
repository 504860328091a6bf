import type { RequestListener } from 'node:http';
import type { Emit } from '../../log/events.ts';
import { errorBody, errorHeaders, wireErrors } from '../../protocol/errors.ts';
import { apiHeaderList, JSON_TYPE } from '../../protocol/headers.ts';
import { traceIdOf } from '../../protocol/trace-id.ts';
import { since } from '../../time/since.ts';
import { arrivalOf } from './arrival.ts';

export interface OverloadOptions {
  /** Which listener it is for, as the log calls it. */
  readonly listener: string;
  readonly emit: Emit;
  /** The CORS headers of a response, by the `Origin` of the request. */
  readonly corsHeaders: (origin: string | undefined) => Readonly<Record<string, string>>;
}

const CODE = 'SERVICE_OVERLOADED';
const { status } = wireErrors[CODE];
const ERROR_HEADERS = Object.entries(errorHeaders(CODE)).flat();

/** Refuses a request in the form of every other error, before anything is made of it: that costs half of an answer. */
export const refuseOverload = ({ listener, emit, corsHeaders }: OverloadOptions): RequestListener => {
  return (request, response) => {
    const traceId = traceIdOf(request.headers);
    const text = JSON.stringify(errorBody(CODE, traceId));
    const headers = [
      'X-Trace-Id',
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
