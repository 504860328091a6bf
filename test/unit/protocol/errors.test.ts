import { expect } from 'chai';
import { type ErrorCode, errorBody, errorHeaders, isErrorCode, wireErrors } from '../../../src/protocol/errors.ts';

// The compiler requires every code here, as in the table itself.
const STATUS: Readonly<Record<ErrorCode, number>> = {
  AUTH_KEYS_UNAVAILABLE: 503,
  AUTH_TOKEN_INVALID: 401,
  AUTH_TOKEN_MISSING: 401,
  BAD_REQUEST: 400,
  FORWARD_AUTH_UNTRUSTED: 403,
  GATEWAY_UNAUTHORIZED: 401,
  INTERNAL_ERROR: 500,
  METHOD_NOT_ALLOWED: 405,
  NOT_FOUND: 404,
  PAYLOAD_TOO_LARGE: 413,
  REQUEST_HEADERS_TOO_LARGE: 431,
  REQUEST_TIMEOUT: 408,
  SERVICE_OVERLOADED: 503,
  UNSUPPORTED_MEDIA_TYPE: 415,
  WS_TICKET_MISSING: 401,
  WS_TICKET_NOT_REDEEMABLE: 403,
  WS_TICKET_OUTCOME_UNKNOWN: 503,
  WS_TICKET_RATE_LIMITED: 429,
  WS_TICKET_REDIS_NOT_READY: 503,
};
const codes = Object.keys(STATUS) as ErrorCode[];

describe('isErrorCode()', () => {
  it('accepts each code and no other value', () => {
    expect(codes.filter(isErrorCode)).to.deep.equal(codes);
    for (const other of ['NO_SUCH_CODE', 'constructor', '__proto__', '', 404, null, undefined, ['NOT_FOUND']])
      expect(isErrorCode(other), String(other)).to.equal(false);
  });
});

describe('error response', () => {
  for (const code of codes)
    it(`has status ${STATUS[code]} for ${code}`, () => {
      expect(wireErrors[code].status).to.equal(STATUS[code]);
    });

  it('has no other error codes', () => {
    expect(Object.keys(wireErrors)).to.have.members(codes);
  });

  it('has WWW-Authenticate with 401, with an error attribute only when the request had a token', () => {
    expect(errorHeaders('AUTH_TOKEN_MISSING')).to.deep.equal({ 'WWW-Authenticate': 'Bearer realm="ticketd"' });
    expect(errorHeaders('AUTH_TOKEN_INVALID')).to.deep.equal({
      'WWW-Authenticate': 'Bearer realm="ticketd", error="invalid_token"',
    });
    expect(errorHeaders('WS_TICKET_MISSING')).to.deep.equal({ 'WWW-Authenticate': 'Ticket realm="ticketd"' });
    const challenging = codes.filter((code) => 'WWW-Authenticate' in errorHeaders(code));
    expect(challenging).to.deep.equal(codes.filter((code) => STATUS[code] === 401));
  });

  it('has Retry-After when the cause is temporary', () => {
    const temporary = codes.filter((code) => 'Retry-After' in errorHeaders(code));
    expect(temporary).to.deep.equal(codes.filter((code) => [429, 503].includes(STATUS[code])));
    // An outage lasts longer than a burst of requests.
    const soon = ['SERVICE_OVERLOADED', 'WS_TICKET_RATE_LIMITED'];
    for (const code of temporary)
      expect(errorHeaders(code)['Retry-After'], code).to.equal(soon.includes(code) ? '1' : '2');
  });

  it('has code, message and traceId in its body, and retryAfter when there is a Retry-After', () => {
    expect(errorBody('NOT_FOUND', 't1', { message: 'No such path' })).to.deep.equal({
      errorCode: 'NOT_FOUND',
      message: 'No such path',
      traceId: 't1',
    });
    expect(errorBody('WS_TICKET_REDIS_NOT_READY', 't2')).to.deep.equal({
      errorCode: 'WS_TICKET_REDIS_NOT_READY',
      message: 'Ticket service temporarily unavailable',
      traceId: 't2',
      retryAfter: 2,
    });
  });

  it('has the Retry-After of the error itself when that is known', () => {
    const details = { retryAfter: 17 };
    expect(errorBody('WS_TICKET_RATE_LIMITED', 't3', details)).to.include(details);
    expect(errorHeaders('WS_TICKET_RATE_LIMITED', details)).to.deep.equal({ 'Retry-After': '17' });
  });
});
