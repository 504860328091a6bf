import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { token } from '../../support/jwt.ts';
import { exchange, rawRequest } from '../../support/raw-http.ts';
import { expectRawRefusal } from '../../support/raw-refusal.ts';
import { startRedis } from '../../support/redis.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const HOST = 'Host: x';
const CLOSE = 'Connection: close';
const JSON_TYPE = 'Content-Type: application/json';
const AUTHORIZATION = `Authorization: Bearer ${token()}`;

const get = (path: string, headers: readonly string[] = []) =>
  rawRequest(`GET ${path} HTTP/1.1`, [HOST, CLOSE, ...headers]);
const post = (headers: readonly string[], body = '', path = TICKET_PATH) =>
  rawRequest(`POST ${path} HTTP/1.1`, [HOST, AUTHORIZATION, ...headers], body);

describe('unusual valid HTTP', () => {
  let service: RunningService;

  before(async () => {
    const { url } = await startRedis();
    service = await startService({ REDIS_URL: url });
  });
  after(() => service.stop());
  afterEach('the service still issues tickets', async () => {
    expect((await requestTicket(service)).status).to.equal(200);
  });

  const statuses = async (bytes: string) => (await exchange(service.url, bytes)).map(({ status }) => status);

  for (const path of [
    '//',
    '//health',
    `/${TICKET_PATH}`,
    '//example.com:99999/health',
    '/%zz%',
    '/%E0%A4%A',
    '/%00',
    '/health%2e',
  ])
    it(`returns 404 for the path ${path}`, async () => {
      expectRawRefusal(await exchange(service.url, get(path)), 404, 'NOT_FOUND');
    });

  it('returns 404 for OPTIONS *', async () => {
    expectRawRefusal(await exchange(service.url, rawRequest('OPTIONS * HTTP/1.1', [HOST, CLOSE])), 404, 'NOT_FOUND');
  });

  it('ignores a malformed query', async () => {
    expect(await statuses(get('/health?%zz=&a[b]=%E0%A4%A&&?'))).to.deep.equal([200]);
  });

  it('routes an absolute URL by its path', async () => {
    const url = `http://tickets.example.com:8080${TICKET_PATH}`;
    expect(await statuses(post([CLOSE], '', url))).to.deep.equal([200]);
    expectRawRefusal(await exchange(service.url, get('http://tickets.example.com')), 404, 'NOT_FOUND');
  });

  it('accepts HTTP/1.0 and closes the connection after the response', async () => {
    const [answer] = await exchange(service.url, rawRequest(`POST ${TICKET_PATH} HTTP/1.0`, [AUTHORIZATION]));
    expect(answer?.status).to.equal(200);
    expect(answer?.headers).to.include({ connection: 'close', 'cache-control': 'no-store' });
    expect(JSON.parse(answer?.body ?? '')).to.include({ expiresIn: 30, traceId: answer?.headers['x-trace-id'] });
  });

  it('accepts a chunked body', async () => {
    const bytes = post(
      [CLOSE, JSON_TYPE, 'Transfer-Encoding: chunked'],
      '2\r\n{"\r\n10\r\naudience":"chat"\r\n1\r\n}\r\n0\r\n\r\n',
    );
    expect(await statuses(bytes)).to.deep.equal([200]);
  });

  it('sends 100 for Expect: 100-continue, and then the response', async () => {
    const bytes = post([CLOSE, JSON_TYPE, 'Expect: 100-continue', 'Content-Length: 2'], '{}');
    expect(await statuses(bytes)).to.deep.equal([100, 200]);
  });

  it('sends one JSON response for any other expectation', async () => {
    const answers = await exchange(service.url, post([CLOSE, 'Expect: miracles', 'Content-Length: 0']));
    expect(answers).to.have.length(1);
    expect(answers[0]?.headers).to.include({ 'content-type': 'application/json; charset=utf-8' });
    expect(JSON.parse(answers[0]?.body ?? '').traceId)
      .to.be.a('string')
      .that.equals(answers[0]?.headers['x-trace-id']);
  });

  for (const protocol of ['websocket', 'h2c'])
    it(`ignores an Upgrade to ${protocol}`, async () => {
      expect(await statuses(post([`Upgrade: ${protocol}`, 'Connection: Upgrade, close']))).to.deep.equal([200]);
      const upgraded = rawRequest('GET /health HTTP/1.1', [HOST, `Upgrade: ${protocol}`, 'Connection: Upgrade, close']);
      expect(await statuses(upgraded)).to.deep.equal([200]);
    });

  it('answers pipelined requests in order', async () => {
    const first = rawRequest('GET /health HTTP/1.1', [HOST, 'X-Request-Id: first']);
    const second = post(['X-Request-Id: second', JSON_TYPE, 'Content-Length: 2'], '{}');
    const third = get('/nowhere', ['X-Request-Id: third']);
    const answers = await exchange(service.url, first + second + third);
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 404]);
    expect(answers.map(({ headers }) => headers['x-trace-id'])).to.deep.equal(['first', 'second', 'third']);
  });

  it('parses bytes after the body as another request', async () => {
    const answers = await exchange(service.url, post([JSON_TYPE, 'Content-Length: 2'], '{}GARBAGE\r\n\r\n'));
    expect(answers.at(-1)?.status).to.equal(400);
    for (const { headers } of answers) expect(headers).to.have.property('x-trace-id');
  });

  for (const framing of ['Content-Length: 100', 'Transfer-Encoding: chunked'])
    it(`ends the request when the sender of an unfinished body (${framing}) disconnects`, async () => {
      const traceId = `abandoned-${framing.length}`;
      const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
      const chunk = framing.startsWith('Transfer') ? '1\r\n{\r\n' : '{';
      await once(socket, 'connect');
      socket.write(post([`X-Request-Id: ${traceId}`, JSON_TYPE, framing, 'Expect: 100-continue'], chunk));
      // The interim answer says that the request has reached the service.
      await once(socket, 'data');
      socket.destroy();
      const ended = await until('the request has ended', () =>
        service.eventsOf('request').find((event) => event.traceId === traceId),
      );
      expect(ended.status).not.to.equal(200);
      expect(service.eventsOf('ws_ticket_issued').map((event) => event.traceId)).not.to.include(traceId);
    });

  it('returns 400 when the client half-closes before the end of the body', async () => {
    const bytes = post([JSON_TYPE, 'Content-Length: 100'], '{');
    expectRawRefusal(await exchange(service.url, bytes, { end: true }), 400, 'BAD_REQUEST');
  });

  it('logs no internal_error for any of these requests', () => {
    expect(service.eventsOf('internal_error')).to.deep.equal([]);
  });
});
