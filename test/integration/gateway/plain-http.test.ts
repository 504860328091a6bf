import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { createGateway, type Gateway, type GatewayOptions, UpgradeRefused } from '../../../src/gateway/gateway.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { listen } from '../../support/gateway-rig.ts';
import { closeAll, stranger } from '../../support/over-http.ts';
import { getPlainly, openEvents } from '../../support/proxies/plain-request.ts';
import { GATEWAY_KEY, issueTicket, revoke } from '../../support/redeem.ts';
import { startRedis } from '../../support/redis.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { type RunningService, startService } from '../../support/service.ts';

const APP = 'https://app.example';

type Way = (service: RunningService, redisUrl: string) => GatewayOptions['redeem'];

const ways: Readonly<Record<string, Way>> = {
  'over HTTP': ({ internalUrl }) => ({ url: internalUrl, key: GATEWAY_KEY }),
  'from Redis': (_service, url) => ({ redis: { url } }),
};

for (const [way, redeemOptions] of Object.entries(ways))
  describe(`ticketd/gateway for plain HTTP, with redeem ${way}`, () => {
    let service: RunningService;
    let gateway: Gateway;
    let server: Server;
    let url: string;
    const seen: (string | undefined)[] = [];

    before(async () => {
      const redis = await startRedis();
      service = await startService({ REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY });
      gateway = createGateway({ redeem: redeemOptions(service, redis.url), audience: 'files', onEvent: () => {} });
      await gateway.start();
      server = createServer((request, response) => void answer(gateway, request, response, seen));
      url = `http://127.0.0.1:${await listen(server)}`;
    });
    after(async () => {
      await gateway.close();
      server.closeAllConnections();
      server.close();
      await service.stop();
    });

    const ticketFor = (path?: string, origin?: string) =>
      issueTicket(service, { ...(path !== undefined && { path }), ...(origin !== undefined && { origin }) });

    it('admits a download once, by its path alone, without its ticket in the request', async () => {
      const ticket = await ticketFor('/files/1');
      expect((await getPlainly(url, `/files/2?ticket=${await ticketFor('/files/1')}`)).status).to.equal(403);
      expect((await getPlainly(url, `/files/1?ticket=${ticket}&v=2`)).text).to.equal('hello alice');
      expect(seen.at(-1)).to.equal('/files/1?v=2');
      expect((await getPlainly(url, `/files/1?ticket=${ticket}`)).status).to.equal(403);
      expect((await getPlainly(url, '/files/1')).status).to.equal(401);
    });

    it('decides about a bound ticket without an Origin by Sec-Fetch-Site and the host', async () => {
      for (const [headers, status] of [
        [{ 'Sec-Fetch-Site': 'same-origin', Host: 'app.example' }, 200],
        [{ 'Sec-Fetch-Site': 'same-origin', Host: 'evil.example' }, 403],
        [{ 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-Host': 'app.example' }, 200],
        [{ 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-Host': 'app.example, proxy.example' }, 200],
        [{ 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-Host': 'evil.example', Host: 'app.example' }, 403],
        [{ 'Sec-Fetch-Site': 'cross-site', Host: 'app.example' }, 403],
        [{}, 403],
      ] as const) {
        const answer = await getPlainly(url, `/files/1?ticket=${await ticketFor(undefined, APP)}`, headers);
        expect(answer.status, JSON.stringify(headers)).to.equal(status);
      }
    });

    it('admits a Fetch request', async () => {
      const request = new Request(`${APP}/files/1?ticket=${await ticketFor('/files/1')}`);
      const admission = await gateway.authenticateRequest(request);
      expect(admission).to.include({ subject: 'alice' });
      expect(gateway.admissionOf(request)).to.equal(admission);
    });

    it('redeems a ticket without a request, for its audience, origin and path', async () => {
      const bound = { audience: 'files', origin: APP, path: '/files/1' };
      const issued = () => issueTicket(service, bound);
      const refused = async (more: object) => rejectionOf(gateway.redeem(await issued(), { ...bound, ...more }));
      const { origin, path } = bound;
      expect(await gateway.redeem(await issued(), { origin, path, traceId: 'id-1' })).to.include({
        subject: 'alice',
        traceId: 'id-1',
      });
      expect(await gateway.redeem(await issued(), { origin: null, path })).to.include({ audience: 'files' });
      for (const more of [
        { audience: 'news' },
        { origin: 'https://evil.example' },
        { path: '/files/2' },
        { path: undefined },
      ])
        expect(await refused(more), JSON.stringify(more))
          .to.be.instanceOf(UpgradeRefused)
          .and.include({ status: 403 });
      expect(await rejectionOf(gateway.redeem(undefined, { origin: null }))).to.include({ status: 401 });
    });

    it('closes an EventSource that it tracks when its session is revoked', async () => {
      const stream = await openEvents(url, `/events?ticket=${await ticketFor('/events')}`);
      await stream.untilReceived('data: hello alice');
      expect((await revoke(service)).status).to.equal(204);
      await stream.untilEnded();
    });
  });

const answer = async (gateway: Gateway, request: IncomingMessage, response: ServerResponse, seen: unknown[]) => {
  try {
    const admission = await gateway.authenticateRequest(request);
    seen.push(request.url);
    if (request.url !== '/events') return response.end(`hello ${admission.subject}`);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(`data: hello ${admission.subject}\n\n`);
    const stream = {
      close: () => response.end(),
      once: (event: 'close', end: () => void) => response.once(event, end),
    };
    return gateway.track(stream, admission);
  } catch (error) {
    return response.writeHead(error instanceof UpgradeRefused ? error.status : 500).end();
  }
};

describe('ticketd/gateway at a ticketd that does not know paths', () => {
  afterEach(closeAll);

  it('asks again without them, since the first request did not touch the ticket', async () => {
    const bodies: Readonly<Record<string, unknown>>[] = [];
    const url = await stranger(async (request, response) => {
      const body = JSON.parse(await text(request));
      bodies.push(body);
      const [status, errorCode] = 'path' in body ? [400, 'BAD_REQUEST'] : [403, 'WS_TICKET_NOT_REDEEMABLE'];
      response.writeHead(status as number).end(JSON.stringify({ errorCode }));
    });
    const gateway = createGateway({ redeem: { url, key: GATEWAY_KEY }, onEvent: () => {} });
    const ticket = newTicket();
    const headers = { 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-Host': 'app.example' };
    const asked = gateway.authenticateRequest(new Request(`${APP}/files/1?ticket=${ticket}`, { headers }));
    expect(await rejectionOf(asked)).to.include({ status: 403 });
    await gateway.close();
    const older = { ticket, origin: null };
    expect(bodies).to.deep.equal([
      { ...older, path: '/files/1', fetchSite: 'same-origin', host: 'app.example' },
      older,
    ]);
  });
});
