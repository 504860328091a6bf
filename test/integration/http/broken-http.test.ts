import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { token } from '../../support/jwt.ts';
import { exchange, rawRequest } from '../../support/raw-http.ts';
import { expectRawRefusal } from '../../support/raw-refusal.ts';
import { startRedis } from '../../support/redis.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';

const POST = `POST ${TICKET_PATH} HTTP/1.1`;
const GET = 'GET /health HTTP/1.1';
const HOST = 'Host: x';
const AUTHORIZATION = `Authorization: Bearer ${token()}`;

const post = (headers: readonly string[], body = '') => rawRequest(POST, [HOST, AUTHORIZATION, ...headers], body);

const notHttp: Record<string, string | Buffer> = {
  'random bytes': Buffer.from([0, 1, 2, 0xff, 0xfe, 0x80, 13, 10, 13, 10]),
  'the start of a TLS handshake': Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a request line without a path': rawRequest('GET', [HOST]),
  'a request line with three spaces': rawRequest('GET /a b HTTP/1.1', [HOST]),
  'another protocol': rawRequest('GET /health SMTP/1.1', [HOST]),
  'another version of HTTP': rawRequest('GET /health HTTP/3.0', [HOST]),
  'a method that does not exist': rawRequest('BREW /health HTTP/1.1', [HOST]),
  'a path without a leading slash': rawRequest('GET health HTTP/1.1', [HOST]),
  'a header without a colon': rawRequest(GET, [HOST, 'nonsense']),
  'a space before the colon': rawRequest(GET, [HOST, 'X-A : b']),
  'a NUL in a header': rawRequest(GET, [HOST, 'X-A: b\0c']),
  'a Content-Length that is no number': post(['Content-Length: many']),
  'a negative Content-Length': post(['Content-Length: -1']),
  'a Content-Length of 23 digits': post(['Content-Length: 99999999999999999999999']),
  'two Content-Lengths': post(['Content-Length: 2', 'Content-Length: 3'], '{}'),
  'Content-Length beside Transfer-Encoding': post(['Content-Length: 5', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
  'an unknown Transfer-Encoding': post(['Transfer-Encoding: rot13'], '{}'),
  'a chunk without its length': post(['Content-Type: application/json', 'Transfer-Encoding: chunked'], 'zz\r\n'),
};

const tooLarge: Record<string, string> = {
  'one header of 20 KB': rawRequest(GET, [HOST, `X-A: ${'a'.repeat(20_000)}`]),
  'many headers, 40 KB together': rawRequest(GET, [
    HOST,
    ...Array.from({ length: 400 }, (_, n) => `X-${n}: ${'a'.repeat(90)}`),
  ]),
  'a JWT of 20 KB': rawRequest(POST, [HOST, `Authorization: Bearer ${'a'.repeat(20_000)}`]),
  'a path of 20 KB': rawRequest(`GET /${'a'.repeat(20_000)} HTTP/1.1`, [HOST]),
};

describe('malformed HTTP', () => {
  let service: RunningService;

  before(async () => {
    const { url } = await startRedis();
    service = await startService({ REDIS_URL: url });
  });
  after(() => service.stop());
  afterEach('the service still issues tickets', async () => {
    expect((await requestTicket(service)).status).to.equal(200);
  });

  for (const [name, bytes] of Object.entries(notHttp))
    it(`returns 400 on both listeners for ${name}`, async () => {
      for (const url of [service.url, service.internalUrl])
        expectRawRefusal(await exchange(url, bytes), 400, 'BAD_REQUEST');
    });

  for (const [name, bytes] of Object.entries(tooLarge))
    it(`returns 431 for ${name}`, async () => {
      expectRawRefusal(await exchange(service.url, bytes), 431, 'REQUEST_HEADERS_TOO_LARGE');
    });

  it('returns 400 for HTTP/1.1 without a Host header', async () => {
    expectRawRefusal(await exchange(service.url, rawRequest(GET, ['Connection: close'])), 400, 'BAD_REQUEST');
  });

  it('returns 400 for two Host headers', async () => {
    const bytes = rawRequest(GET, ['Host: one', 'Host: another', 'Connection: close']);
    expectRawRefusal(await exchange(service.url, bytes), 400, 'BAD_REQUEST');
  });

  it('returns 400 for a malformed absolute URL', async () => {
    const bytes = rawRequest('GET http://[/health HTTP/1.1', [HOST, 'Connection: close']);
    expectRawRefusal(await exchange(service.url, bytes), 400, 'BAD_REQUEST');
  });

  it('returns 400 for CONNECT', async () => {
    const bytes = rawRequest('CONNECT example.com:443 HTTP/1.1', ['Host: example.com:443']);
    expectRawRefusal(await exchange(service.url, bytes), 400, 'BAD_REQUEST');
  });

  it('does not repeat the request in the response', async () => {
    const [answer] = await exchange(service.url, rawRequest('BREW /secret-path HTTP/1.1', [AUTHORIZATION]));
    expect(answer?.body).not.to.match(/BREW|secret-path|eyJ/);
  });

  it('logs no internal_error for any of these requests', () => {
    expect(service.eventsOf('internal_error')).to.deep.equal([]);
  });
});
