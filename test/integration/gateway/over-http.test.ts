import { Agent, createServer, type RequestListener, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { freePort } from '../../support/free-port.ts';
import { type GatewayRig, listen, startGateway } from '../../support/gateway-rig.ts';
import { enter, refused } from '../../support/knock.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { startService, withService } from '../../support/service.ts';
import { closeServers, silentServer, tcpServer } from '../../support/tcp-server.ts';

const OTHER_KEY = 'another-gateway-key-of-32-characters-or-more';
const MEMORY = { REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY };

describe('a gateway that redeems over HTTP', () => {
  const opened: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0).reverse()) await close();
    await closeServers();
  });

  const gatewayTo = async (url: string, more: { key?: string; timeoutMs?: number; agent?: Agent } = {}) => {
    const { key = GATEWAY_KEY, timeoutMs = 2000, agent } = more;
    const redeem = { url, key, ...(agent && { agent }) };
    const rig = await startGateway({ redeem, timeoutMs }, {}, 'as made');
    opened.push(rig.stop);
    return rig;
  };

  /** Something else than a ticketd, that answers as it likes. */
  const stranger = async (answer: RequestListener): Promise<string> => {
    const server: Server = createServer(answer);
    const port = await listen(server);
    opened.push(async () => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${port}`;
  };

  const verdictOn = async (rig: GatewayRig) => {
    const { status, body } = await refused(`${rig.url}?ticket=${newTicket()}`);
    const told = [...rig.eventsOf('redeem_failed'), ...rig.eventsOf('gateway_misconfigured')];
    expect(told).to.have.length(1);
    const { event, error } = told[0] ?? expect.fail();
    return { status, errorCode: body.errorCode, retryAfter: body.retryAfter, event, error };
  };

  it('asks with what the contract names, once, and under the handshake’s trace id', async () => {
    const asked: unknown[] = [];
    const url = await stranger(async (request, response) => {
      const { method, url: path, headers } = request;
      asked.push({
        method,
        path,
        key: headers.authorization,
        id: headers['x-request-id'],
        body: JSON.parse(await text(request)),
      });
      response.writeHead(403).end('{"errorCode":"WS_TICKET_NOT_REDEEMABLE"}');
    });
    const rig = await startGateway(
      { redeem: { url: `${url}/base/`, key: GATEWAY_KEY }, audience: 'chat' },
      {},
      'as made',
    );
    opened.push(rig.stop);
    const ticket = newTicket();
    const { body } = await refused(`${rig.url}?ticket=${ticket}`, { headers: { 'X-Request-Id': 'abc-1' } });
    expect(body.traceId).to.equal('abc-1');
    expect(asked).to.deep.equal([
      {
        method: 'POST',
        path: '/base/api/v1/auth/ws-ticket/redeem',
        key: `Bearer ${GATEWAY_KEY}`,
        id: 'abc-1',
        body: { ticket, audience: 'chat', origin: '' },
      },
    ]);
  });

  it('uses one connection for one handshake after another', async () => {
    const service = await startService(MEMORY);
    opened.push(service.stop);
    const agent = new Agent({ keepAlive: true });
    const rig = await gatewayTo(service.internalUrl, { agent });
    for (let count = 0; count < 5; count += 1)
      (await enter(`${rig.url}?ticket=${await issueTicket(service)}`)).socket.terminate();
    expect(Object.values(agent.freeSockets).flat()).to.have.length(1);
    agent.destroy();
  });

  it('answers 503 where the key is wrong, tells the operator so, and does not use the ticket', async () => {
    await withService(MEMORY, async (service) => {
      const rig = await gatewayTo(service.internalUrl, { key: OTHER_KEY });
      expect(await verdictOn(rig)).to.deep.equal({
        status: 503,
        errorCode: 'WS_TICKET_REDIS_NOT_READY',
        retryAfter: 30,
        event: 'gateway_misconfigured',
        error: 'the key is none of its GATEWAY_KEYS',
      });
    });
  });

  it('answers 503 where the address is not that of an internal listener', async () => {
    await withService(MEMORY, async (service) => {
      const told = await verdictOn(await gatewayTo(service.url));
      expect(told).to.include({ status: 503, event: 'gateway_misconfigured' });
      expect(told.error).to.include('GATEWAY_KEYS is not set there, or this is not its internal listener');
    });
  });

  it('answers 503 where nothing listens: the ticket is untouched', async () => {
    const told = await verdictOn(await gatewayTo(`http://127.0.0.1:${await freePort()}`));
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
    const startedAt = performance.now();
    expect(await verdictOn(await gatewayTo(`http://127.0.0.1:${port}`, { timeoutMs: 200 }))).to.include({
      status: 503,
      errorCode: 'WS_TICKET_OUTCOME_UNKNOWN',
      error: 'no answer within 200 ms',
    });
    expect(performance.now() - startedAt).to.be.within(200, 5000);
  });

  it('counts the time until there is a connection: the ticket is untouched then', async () => {
    const { port } = await silentServer();
    expect(await verdictOn(await gatewayTo(`https://127.0.0.1:${port}`, { timeoutMs: 200 }))).to.include({
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
    expect(await verdictOn(await gatewayTo(`http://127.0.0.1:${port}`))).to.include({
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
      'an outage and nonsense for a time',
      503,
      '{"errorCode":"WS_TICKET_OUTCOME_UNKNOWN","retryAfter":-1}',
      { errorCode: 'WS_TICKET_OUTCOME_UNKNOWN', retryAfter: 2 },
    ],
  ] as const)
    it(`answers 503 to a client where what it asks says ${what}`, async () => {
      const rig = await gatewayTo(await stranger((_request, response) => response.writeHead(status).end(body)));
      expect(await verdictOn(rig)).to.include({ status: 503, ...expected });
    });

  it('tells at its start whether the address, the key and Redis are as they should be', async () => {
    const problemOf = (rig: GatewayRig) =>
      rig.gateway.start().then(
        () => undefined,
        ({ message }: Error) => message,
      );
    await withService(MEMORY, async (service) => {
      expect(await problemOf(await gatewayTo(service.internalUrl))).to.equal(undefined);
      expect(await problemOf(await gatewayTo(service.internalUrl, { key: OTHER_KEY }))).to.equal(
        `ticketd at ${service.internalUrl}: the key is none of its GATEWAY_KEYS`,
      );
      expect(await problemOf(await gatewayTo(service.url))).to.include('there is no redeem endpoint');
      expect(service.eventsOf('ws_ticket_rejected')).to.deep.equal([]);
    });
    await withService(
      { ...MEMORY, REDIS_URL: `redis://127.0.0.1:${await freePort()}`, REDIS_STARTUP_TIMEOUT_MS: '100' },
      async (service) => {
        expect(await problemOf(await gatewayTo(service.internalUrl))).to.include('its Redis is not ready');
      },
    );
    expect(await problemOf(await gatewayTo(`http://127.0.0.1:${await freePort()}`))).to.include('ECONNREFUSED');
  });
});
