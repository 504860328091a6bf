import { readFileSync } from 'node:fs';
import { Agent, type RequestListener } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { freePort } from '../../support/free-port.ts';
import { type GatewayRig, startGateway } from '../../support/gateway-rig.ts';
import { enter, refused } from '../../support/knock.ts';
import { closeAll, gatewayTo, stranger, tlsStranger, verdictOf } from '../../support/over-http.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { withService } from '../../support/service.ts';
import { createAuthority } from '../../support/tls.ts';

const OTHER_KEY = 'another-gateway-key-of-32-characters-or-more';
const NOT_REDEEMABLE = '{"errorCode":"WS_TICKET_NOT_REDEEMABLE"}';
const MEMORY = { REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY };

describe('ticketd/gateway with redeem over HTTP', () => {
  afterEach(closeAll);

  it('sends one request as in the contract, with the trace id of the handshake', async () => {
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
      response.writeHead(403).end(NOT_REDEEMABLE);
    });
    const rig = await gatewayTo(`${url}/base/`);
    const ticket = newTicket();
    const { body } = await refused(`${rig.url}?ticket=${ticket}`, { headers: { 'X-Request-Id': 'abc-1' } });
    expect(body.traceId).to.equal('abc-1');
    expect(asked).to.deep.equal([
      {
        method: 'POST',
        path: '/base/api/v1/auth/ws-ticket/redeem',
        key: `Bearer ${GATEWAY_KEY}`,
        id: 'abc-1',
        body: { ticket, audience: 'chat', origin: null, host: new URL(rig.url).host, path: '/' },
      },
    ]);
  });

  it('reuses one connection for consecutive handshakes', async () => {
    await withService(MEMORY, async (service) => {
      const agent = new Agent({ keepAlive: true });
      const rig = await gatewayTo(service.internalUrl, { agent });
      for (let count = 0; count < 5; count += 1)
        (await enter(`${rig.url}?ticket=${await issueTicket(service)}`)).socket.terminate();
      expect(Object.values(agent.freeSockets).flat()).to.have.length(1);
      agent.destroy();
    });
  });

  it('connects over TLS only to a server that the agent trusts', async () => {
    const authority = await createAuthority();
    const answer: RequestListener = (_request, response) => response.writeHead(403).end(NOT_REDEEMABLE);
    const url = await tlsStranger(await authority.certify('DNS:localhost'), answer);
    const agent = new TlsAgent({ ca: readFileSync(authority.caFile) });
    const trusting = await gatewayTo(url, { agent });
    expect((await refused(`${trusting.url}?ticket=${newTicket()}`)).status).to.equal(403);
    const { errorCode, error } = await verdictOf(await gatewayTo(url));
    expect(errorCode).to.equal('WS_TICKET_REDIS_NOT_READY');
    expect(error).to.match(/certificate/);
    await authority.remove();
  });

  it('sends the audience of each handshake', async () => {
    await withService(MEMORY, async (service) => {
      const redeem = { url: service.internalUrl, key: GATEWAY_KEY };
      const rig = await startGateway({ redeem, audience: ({ url = '' }) => url.slice(1) });
      const news = () => issueTicket(service, { audience: 'news' });
      (await enter(`${rig.url}/news?ticket=${await news()}`)).socket.terminate();
      for (const path of ['chat', '', 'n'.repeat(129)])
        expect((await refused(`${rig.url}/${path}?ticket=${await news()}`)).status).to.equal(403);
      await rig.stop();
    });
  });

  it('reports at start() whether the URL, the key and Redis are right', async () => {
    const problemOf = (rig: GatewayRig) =>
      rig.gateway.start().then(
        () => undefined,
        ({ message }: Error) => message,
      );
    await withService(MEMORY, async (service) => {
      expect(await problemOf(await gatewayTo(service.internalUrl))).to.equal(undefined);
      expect(await problemOf(await gatewayTo(service.internalUrl, { key: OTHER_KEY }))).to.equal(
        `ticketd at ${service.internalUrl}: the key is not one of its GATEWAY_KEYS`,
      );
      expect(await problemOf(await gatewayTo(service.url))).to.include('there is no redeem endpoint');
      expect(service.eventsOf('ws_ticket_rejected')).to.deep.equal([]);
    });
    await withService(
      { ...MEMORY, REDIS_URL: `redis://127.0.0.1:${await freePort()}`, REDIS_STARTUP_TIMEOUT_MS: '100' },
      async (service) => {
        expect(await problemOf(await gatewayTo(service.internalUrl))).to.include(
          'it returned: Ticket service temporarily unavailable',
        );
      },
    );
    expect(await problemOf(await gatewayTo(`http://127.0.0.1:${await freePort()}`))).to.include('ECONNREFUSED');
  });
});
