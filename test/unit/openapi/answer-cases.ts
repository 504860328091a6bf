import { apiHeaders } from '../../../src/protocol/headers.ts';
import type { Answer } from '../../support/openapi/answer.ts';

const ALWAYS = Object.fromEntries(Object.entries(apiHeaders).map(([name, value]) => [name.toLowerCase(), value]));
const TRACE = { ...ALWAYS, 'x-trace-id': 't1' };
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const UNCACHED = { ...TRACE, ...JSON_TYPE };

export const issued: Answer = {
  listener: 'public',
  method: 'POST',
  path: '/api/v1/auth/ws-ticket',
  status: 200,
  headers: UNCACHED,
  body: JSON.stringify({
    ticket: `wst_${'a'.repeat(49)}`,
    expiresIn: 30,
    expiresAt: '2026-01-01T00:00:30.000Z',
    traceId: 't1',
  }),
};
const health: Answer = {
  ...issued,
  method: 'GET',
  path: '/health',
  body: '{"status":"UP","checks":{"process":"UP"}}',
};
const error = (errorCode: string, rest: object = {}) =>
  JSON.stringify({ errorCode, message: 'No', traceId: 't1', ...rest });
const outage: Answer = {
  ...issued,
  status: 503,
  headers: { ...UNCACHED, 'retry-after': '2' },
  body: error('WS_TICKET_REDIS_NOT_READY', { retryAfter: 2 }),
};
const nowhere: Answer = {
  listener: 'public',
  method: 'GET',
  path: '/nowhere',
  status: 404,
  headers: { ...TRACE, ...JSON_TYPE },
  body: error('NOT_FOUND'),
};
const wrongMethod: Answer = {
  ...nowhere,
  method: 'PUT',
  path: '/health',
  status: 405,
  headers: { ...nowhere.headers, allow: 'HEAD, GET, OPTIONS' },
  body: error('METHOD_NOT_ALLOWED'),
};
const noRequest: Answer = {
  listener: 'public',
  status: 400,
  headers: { ...TRACE, ...JSON_TYPE, connection: 'close' },
  body: error('BAD_REQUEST'),
};
const admitted: Answer = {
  listener: 'internal',
  method: 'GET',
  path: '/forward-auth/nginx@chat',
  status: 200,
  headers: {
    ...UNCACHED,
    'x-ticketd-issuer': 'https://idp.example/',
    'x-ticketd-subject': 'J%C3%B6rg',
    'x-ticketd-session': '',
    'x-ticketd-audience': 'chat',
    'x-ticketd-channel': '',
    'x-ticketd-claims': '',
    'x-ticketd-session-expires': '2026-01-01T00:00:30.000Z',
  },
  body: '{"active":true,"traceId":"t1"}',
};
const feed: Answer = {
  listener: 'internal',
  method: 'GET',
  path: '/api/v1/auth/revocations',
  status: 200,
  headers: { ...TRACE, 'content-type': 'text/event-stream; charset=utf-8' },
  body: 'id: 1767225600000-0000000000\n\n: heartbeat\n\n',
};
const revoked: Answer = { ...issued, path: '/api/v1/auth/ws-ticket/revoke', status: 204, headers: TRACE, body: '' };
const rateLimited: Answer = {
  ...outage,
  path: '/api/v1/auth/ws-ticket/revoke',
  status: 429,
  body: error('WS_TICKET_RATE_LIMITED', { retryAfter: 7 }),
};

const bodyOf = (answer: Answer, change: object): Answer => ({
  ...answer,
  body: JSON.stringify({ ...JSON.parse(answer.body), ...change }),
});
const headersOf = (answer: Answer, change: Record<string, unknown>): Answer => ({
  ...answer,
  headers: Object.fromEntries(
    Object.entries({ ...answer.headers, ...change }).filter(([, value]) => value !== undefined),
  ),
});

/** Responses as documented. */
export const good: Readonly<Record<string, Answer>> = {
  'a ticket': issued,
  'a probe': health,
  'a probe on the other listener': { ...health, listener: 'internal' },
  'the response to HEAD': { ...health, method: 'HEAD', body: '' },
  'an outage': outage,
  'an unknown path': nowhere,
  'a method that the path does not support': wrongMethod,
  'the response to bytes that are not HTTP': noRequest,
  'a ticket for a page of another origin': headersOf(issued, {
    vary: 'Origin',
    'access-control-allow-origin': 'https://a.example',
  }),
  'a redeem when no key is configured': {
    ...nowhere,
    listener: 'internal',
    method: 'POST',
    path: '/api/v1/auth/ws-ticket/redeem',
  },
  'a logout': revoked,
  'a logout by a back end': { ...revoked, listener: 'internal' },
  'too many logouts': rateLimited,
  'the start of a feed': feed,
  'a revocation in a feed': {
    ...feed,
    body: 'id: 1767225600000-0000000001\nevent: revoked\ndata: {"key":"r23wLpk-ktPYthbCsvnMCt"}\n\n',
  },
  'a reset in a feed': { ...feed, body: 'id: 1767225600000-0000000001\nevent: reset\ndata: {}\n\n' },
  'the response to HEAD for a feed': { ...feed, method: 'HEAD', body: '' },
  'an allowed handshake': admitted,
  'an allowed handshake, to HEAD': { ...admitted, method: 'HEAD', body: '' },
  'an allowed handshake of any method through Envoy': {
    ...admitted,
    method: 'PROPFIND',
    path: '/forward-auth/envoy/ws/room',
  },
};

/** Responses with a seeded fault each, and the report of it. */
export const wrong: Readonly<Record<string, readonly [Answer, string]>> = {
  'an undocumented status': [{ ...issued, status: 201 }, 'has a status of its own'],
  'an additional member': [
    bodyOf(issued, { subject: 'alice' }),
    'must NOT have additional properties {"additionalProperty":"subject"}',
  ],
  'a missing member': [bodyOf(issued, { traceId: undefined }), "must have required property 'traceId'"],
  'a member of another type': [bodyOf(issued, { expiresIn: '30' }), '/expiresIn must be integer'],
  'an invalid time': [bodyOf(issued, { expiresAt: 'soon' }), '/expiresAt must match format "date-time"'],
  'the state of another status': [bodyOf(health, { status: 'DOWN' }), '/status must be equal to constant'],
  'an error with an additional member': [bodyOf(nowhere, { stack: 'at …' }), 'must NOT have unevaluated properties'],
  'an error code of another status': [
    bodyOf(nowhere, { errorCode: 'BAD_REQUEST' }),
    '/errorCode must be equal to one of the allowed values',
  ],
  'a missing retryAfter': [bodyOf(outage, { retryAfter: undefined }), "must have required property 'retryAfter'"],
  'a body that is not JSON': [{ ...issued, body: '<html>' }, 'it must be object'],
  'no body': [{ ...issued, body: '' }, 'it must be object'],
  'a body to HEAD': [{ ...health, method: 'HEAD' }, 'has a body, to HEAD'],
  'a body with 204': [{ ...revoked, body: '{}' }, 'has a body of its own'],
  'a status of the same path on the other listener': [
    { ...rateLimited, listener: 'internal' },
    '(endSessions): the answer 429 has a status of its own',
  ],
  'an unknown event in a feed': [{ ...feed, body: 'id: 1\nevent: closed\ndata: {}\n\n' }, 'must match pattern'],
  'a missing required header': [headersOf(issued, { 'x-trace-id': undefined }), 'lacks the header X-Trace-Id'],
  'a header with another value': [
    headersOf(issued, { 'cache-control': 'public' }),
    'has the header Cache-Control wrong',
  ],
  'a header that is not a number': [headersOf(outage, { 'retry-after': 'soon' }), 'has the header Retry-After wrong'],
  'an undocumented header': [headersOf(issued, { 'x-powered-by': 'Koa' }), 'has the header x-powered-by of its own'],
  'CORS on the internal listener': [
    headersOf({ ...health, listener: 'internal' }, { vary: 'Origin' }),
    'has the header vary of its own',
  ],
  'another content type': [headersOf(issued, { 'content-type': 'text/html' }), 'has the type text/html of its own'],
  'another charset': [headersOf(issued, { 'content-type': 'application/json; charset=latin1' }), 'has the type'],
  'a response on an undocumented path': [{ ...health, path: '/status' }, 'has a status of its own'],
  'a path of the other listener': [
    { ...health, path: '/metrics' },
    '(another path): the answer 200 has a status of its own',
  ],
  'a method that the path should not support': [
    { ...issued, method: 'PUT' },
    '(another method): the answer 200 has a status',
  ],
  'an Allow header with other methods': [
    headersOf(wrongMethod, { allow: 'GET' }),
    'allows GET instead of GET, HEAD, OPTIONS',
  ],
  '404 on a documented path': [{ ...nowhere, path: '/health' }, '(getHealth): the answer 404 has a status of its own'],
  'a missing identity header': [
    headersOf(admitted, { 'x-ticketd-channel': undefined }),
    'lacks the header X-Ticketd-Channel',
  ],
  'an identity header that is not encoded': [
    headersOf(admitted, { 'x-ticketd-subject': '100%' }),
    'has the header X-Ticketd-Subject wrong',
  ],
  'an undocumented proxy': [{ ...admitted, path: '/forward-auth/apache' }, '(another path)'],
  'a route response to bytes that are not HTTP': [{ ...noRequest, status: 404, body: error('NOT_FOUND') }, '(bytes)'],
};
