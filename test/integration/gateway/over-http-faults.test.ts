import { expect } from 'chai';
import { freePort } from '../../support/free-port.ts';
import { enter } from '../../support/knock.ts';
import { closeAll, gatewayTo, stranger, verdictOf } from '../../support/over-http.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { withService } from '../../support/service.ts';
import { silentServer, tcpServer } from '../../support/tcp-server.ts';

const OTHER_KEY = 'another-gateway-key-of-32-characters-or-more';
const MEMORY = { REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY };

describe('ticketd/gateway with redeem over HTTP when ticketd fails', () => {
  afterEach(closeAll);

  it('returns 503 for a wrong key, logs the reason, and does not use the ticket', async () => {
    await withService(MEMORY, async (service) => {
      const ticket = await issueTicket(service);
      const wrong = await gatewayTo(service.internalUrl, { key: OTHER_KEY });
      expect(await verdictOf(wrong, ticket)).to.deep.equal({
        status: 503,
        errorCode: 'WS_TICKET_REDIS_NOT_READY',
        retryAfter: 30,
        event: 'gateway_misconfigured',
        error: 'the key is not one of its GATEWAY_KEYS',
      });
      const right = await gatewayTo(service.internalUrl);
      (await enter(`${right.url}?ticket=${ticket}`)).socket.terminate();
    });
  });

  it('returns 503 when the URL is not an internal listener', async () => {
    await withService(MEMORY, async (service) => {
      const verdict = await verdictOf(await gatewayTo(service.url));
      expect(verdict).to.include({ status: 503, event: 'gateway_misconfigured' });
      expect(verdict.error).to.include('GATEWAY_KEYS is not set there, or this is not its internal listener');
    });
  });

  it('returns 503 and does not use the ticket when nothing listens', async () => {
    const verdict = await verdictOf(await gatewayTo(`http://127.0.0.1:${await freePort()}`));
    expect(verdict).to.include({
      status: 503,
      errorCode: 'WS_TICKET_REDIS_NOT_READY',
      retryAfter: 2,
      event: 'redeem_failed',
    });
    expect(verdict.error).to.include('ECONNREFUSED');
  });

  it('returns 503 WS_TICKET_OUTCOME_UNKNOWN within timeoutMs when ticketd hangs', async () => {
    const { port } = await silentServer();
    expect(await verdictOf(await gatewayTo(`http://127.0.0.1:${port}`, { timeoutMs: 200 }))).to.include({
      status: 503,
      errorCode: 'WS_TICKET_OUTCOME_UNKNOWN',
      error: 'timed out after 200 ms',
    });
  });

  it('applies timeoutMs to the connect, and does not use the ticket', async () => {
    const { port } = await silentServer();
    expect(await verdictOf(await gatewayTo(`https://127.0.0.1:${port}`, { timeoutMs: 200 }))).to.include({
      status: 503,
      errorCode: 'WS_TICKET_REDIS_NOT_READY',
      error: 'timed out after 200 ms',
    });
  });

  it('returns 503 WS_TICKET_OUTCOME_UNKNOWN without a second request when the response is lost', async () => {
    let asked = 0;
    const { port } = await tcpServer((socket) =>
      socket.on('data', (data) => {
        if (String(data).startsWith('POST')) asked += 1;
        socket.destroy();
      }),
    );
    expect(await verdictOf(await gatewayTo(`http://127.0.0.1:${port}`))).to.include({
      status: 503,
      errorCode: 'WS_TICKET_OUTCOME_UNKNOWN',
    });
    expect(asked).to.equal(1);
  });

  for (const [what, status, body, expected] of [
    ['200 with HTML', 200, '<html>', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', event: 'gateway_misconfigured' }],
    ['200 without an identity', 200, '{"active":true}', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN' }],
    ['200 with active: false', 200, '{"active":false,"subject":"alice"}', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN' }],
    ['200 with 100 KB', 200, `"${'x'.repeat(100_000)}"`, { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN' }],
    ['a redirect', 302, '', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', event: 'gateway_misconfigured' }],
    ['403 without an errorCode', 403, 'no', { errorCode: 'WS_TICKET_REDIS_NOT_READY', event: 'gateway_misconfigured' }],
    ['500', 500, '{"errorCode":"INTERNAL_ERROR"}', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', event: 'redeem_failed' }],
    ['502 with HTML', 502, '<html>', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', event: 'redeem_failed' }],
    ['503 without a body', 503, '', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', event: 'redeem_failed' }],
    [
      '503 WS_TICKET_REDIS_NOT_READY with retryAfter',
      503,
      '{"errorCode":"WS_TICKET_REDIS_NOT_READY","retryAfter":7}',
      { errorCode: 'WS_TICKET_REDIS_NOT_READY', retryAfter: 7, event: 'redeem_failed' },
    ],
    [
      '503 SERVICE_OVERLOADED',
      503,
      '{"errorCode":"SERVICE_OVERLOADED","retryAfter":1}',
      { errorCode: 'WS_TICKET_REDIS_NOT_READY', retryAfter: 1, event: 'redeem_failed' },
    ],
    [
      '503 with an invalid retryAfter',
      503,
      '{"errorCode":"WS_TICKET_OUTCOME_UNKNOWN","retryAfter":-1}',
      { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', retryAfter: 2 },
    ],
  ] as const)
    it(`returns 503 to the client when the redeem endpoint returns ${what}`, async () => {
      const rig = await gatewayTo(await stranger((_request, response) => response.writeHead(status).end(body)));
      expect(await verdictOf(rig)).to.include({ status: 503, ...expected });
    });
});
