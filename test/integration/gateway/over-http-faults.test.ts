import { expect } from 'chai';
import { freePort } from '../../support/free-port.ts';
import { enter } from '../../support/knock.ts';
import { closeAll, gatewayTo, stranger, verdictOf } from '../../support/over-http.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { withService } from '../../support/service.ts';
import { silentServer, tcpServer } from '../../support/tcp-server.ts';

const OTHER_KEY = 'another-gateway-key-of-32-characters-or-more';
const MEMORY = { REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY };

describe('a gateway that cannot ask a ticketd', () => {
  afterEach(closeAll);

  it('answers 503 where the key is wrong, tells the operator so, and does not use the ticket', async () => {
    await withService(MEMORY, async (service) => {
      const ticket = await issueTicket(service);
      const wrong = await gatewayTo(service.internalUrl, { key: OTHER_KEY });
      expect(await verdictOf(wrong, ticket)).to.deep.equal({
        status: 503,
        errorCode: 'WS_TICKET_REDIS_NOT_READY',
        retryAfter: 30,
        event: 'gateway_misconfigured',
        error: 'the key is none of its GATEWAY_KEYS',
      });
      const right = await gatewayTo(service.internalUrl);
      (await enter(`${right.url}?ticket=${ticket}`)).socket.terminate();
    });
  });

  it('answers 503 where the address is not that of an internal listener', async () => {
    await withService(MEMORY, async (service) => {
      const told = await verdictOf(await gatewayTo(service.url));
      expect(told).to.include({ status: 503, event: 'gateway_misconfigured' });
      expect(told.error).to.include('GATEWAY_KEYS is not set there, or this is not its internal listener');
    });
  });

  it('answers 503 where nothing listens: the ticket is untouched', async () => {
    const told = await verdictOf(await gatewayTo(`http://127.0.0.1:${await freePort()}`));
    expect(told).to.include({
      status: 503,
      errorCode: 'WS_TICKET_REDIS_NOT_READY',
      retryAfter: 2,
      event: 'redeem_failed',
    });
    expect(told.error).to.include('ECONNREFUSED');
  });

  it('answers 503 within its time limit where ticketd hangs: the ticket may be spent', async () => {
    const { port } = await silentServer();
    expect(await verdictOf(await gatewayTo(`http://127.0.0.1:${port}`, { timeoutMs: 200 }))).to.include({
      status: 503,
      errorCode: 'WS_TICKET_OUTCOME_UNKNOWN',
      error: 'no answer within 200 ms',
    });
  });

  it('counts the time until there is a connection: the ticket is untouched then', async () => {
    const { port } = await silentServer();
    expect(await verdictOf(await gatewayTo(`https://127.0.0.1:${port}`, { timeoutMs: 200 }))).to.include({
      status: 503,
      errorCode: 'WS_TICKET_REDIS_NOT_READY',
      error: 'no answer within 200 ms',
    });
  });

  it('never asks twice where the answer was lost: the ticket may be spent', async () => {
    let asked = 0;
    const { port } = await tcpServer((socket) =>
      socket.on('data', () => {
        asked += 1;
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
    ['a page', 200, '<html>', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', event: 'gateway_misconfigured' }],
    ['200 without an identity', 200, '{"active":true}', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN' }],
    ['200 that is not active', 200, '{"active":false,"subject":"alice"}', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN' }],
    ['200 and far too much', 200, `"${'x'.repeat(100_000)}"`, { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN' }],
    ['a redirection', 302, '', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', event: 'gateway_misconfigured' }],
    ['403 by somebody else', 403, 'no', { errorCode: 'WS_TICKET_REDIS_NOT_READY', event: 'gateway_misconfigured' }],
    ['500', 500, '{"errorCode":"INTERNAL_ERROR"}', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', event: 'redeem_failed' }],
    ['502 by somebody between', 502, '<html>', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', event: 'redeem_failed' }],
    ['503 by somebody between', 503, '', { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', event: 'redeem_failed' }],
    [
      'an outage and a time',
      503,
      '{"errorCode":"WS_TICKET_REDIS_NOT_READY","retryAfter":7}',
      { errorCode: 'WS_TICKET_REDIS_NOT_READY', retryAfter: 7, event: 'redeem_failed' },
    ],
    [
      'that it has too much to do',
      503,
      '{"errorCode":"SERVICE_OVERLOADED","retryAfter":1}',
      { errorCode: 'WS_TICKET_REDIS_NOT_READY', retryAfter: 1, event: 'redeem_failed' },
    ],
    [
      'an outage and nonsense for a time',
      503,
      '{"errorCode":"WS_TICKET_OUTCOME_UNKNOWN","retryAfter":-1}',
      { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', retryAfter: 2 },
    ],
  ] as const)
    it(`answers 503 to a client where what it asks says ${what}`, async () => {
      const rig = await gatewayTo(await stranger((_request, response) => response.writeHead(status).end(body)));
      expect(await verdictOf(rig)).to.include({ status: 503, ...expected });
    });
});
