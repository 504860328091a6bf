import { newTicket } from '../../../src/tickets/ticket.ts';
import { hostileValues } from '../hostile-values.ts';
import { fc } from '../property.ts';
import { rawRequest } from '../raw-http.ts';

const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const CASES = fc.record({
  // The request.
  method: mostly('GET', 'POST', 'HEAD', 'OPTIONS', 'CONNECT', 'BREW'),
  path: fc.constantFrom('/ws', '/ws', '/close', '/close', '/take', '/take', '/foreign', '/nowhere', '//ws', '*', ''),
  ticket: mostly<TicketKind>('good', 'unknown', 'broken', 'none', 'twice'),
  carrier: fc.constantFrom('query', 'protocol'),
  upgrade: mostly('websocket', 'WebSocket', 'h2c', 'websocket, h2c', ''),
  handshake: mostly('whole', 'no key', 'no version', 'cut short'),
  headers: fc.subarray(
    [
      'Origin: https://a.example',
      `Origin: ${'o'.repeat(600)}`,
      'Sec-WebSocket-Protocol: chat',
      'Sec-WebSocket-Protocol: ,,',
      'Sec-WebSocket-Extensions: ;;;',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
      'traceparent: 00-x',
      'Expect: 100-continue',
      'Broken',
    ],
    { maxLength: 2 },
  ),
  before: mostly('', rawRequest('GET /plain HTTP/1.1', ['Host: x'])),
  behind: mostly('', 'x', '\r\n\r\n', rawRequest('GET / HTTP/1.1')),
  // The client.
  leaves: mostly('when answered', 'half', 'by reset', 'early'),
  // What is around the gateway.
  audience: mostly('is right', 'throws', 'is garbage'),
  listener: mostly('hears', 'throws', 'rejects'),
  framework: mostly('leaves all', 'url', 'headers', 'rawHeaders', 'headersDistinct'),
  application: mostly('takes', 'throws', 'rejects', 'never takes'),
  ticketd: fc.oneof(
    { weight: 30, arbitrary: fc.constant('answers') },
    { weight: 1, arbitrary: fc.constant('never answers') },
  ),
  /** The name of the hostile value that is thrown. */
  thrown: fc.constantFrom(...Object.keys(hostileValues())),
});

type TicketKind = 'good' | 'unknown' | 'broken' | 'none' | 'twice';

/** One client of the fuzz, and what goes wrong around the gateway while it comes. */
export type UpgradeCase = typeof CASES extends fc.Arbitrary<infer Value> ? Value : never;

export const upgradeCases = (seed: number, count: number): readonly UpgradeCase[] =>
  fc.sample(CASES, { seed, numRuns: count });

/** What the client sends; `id` becomes the trace id of its handshake. */
export const bytesOf = (own: UpgradeCase, id: string, good: string): string => {
  const tickets = { good: [good], unknown: [newTicket()], broken: ['wst_x'], none: [], twice: [good, newTicket()] };
  const presented = tickets[own.ticket];
  const query = own.carrier === 'query' ? presented.map((ticket) => `ticket=${ticket}`).join('&') : '';
  const protocols = own.carrier === 'protocol' ? presented.map((ticket) => `ticketd.${ticket}`).join(', ') : '';
  const request = rawRequest(`${own.method} ${own.path}${query && `?${query}`} HTTP/1.1`, [
    'Host: localhost',
    `X-Request-Id: ${id}`,
    'Connection: Upgrade',
    ...(own.upgrade === '' ? [] : [`Upgrade: ${own.upgrade}`]),
    ...(own.handshake === 'no version' ? [] : ['Sec-WebSocket-Version: 13']),
    ...(own.handshake === 'no key' ? [] : ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']),
    ...(protocols === '' ? [] : [`Sec-WebSocket-Protocol: ${protocols}`]),
    ...own.headers,
  ]);
  return own.before + (own.handshake === 'cut short' ? request.slice(0, -4) : request + own.behind);
};
