import { expect } from 'chai';
import { newTicket } from '../../../../src/tickets/ticket.ts';
import { ask, keepAliveAgent } from '../../../support/ask.ts';
import { askAs, authRequests, proxyNames } from '../../../support/auth-requests.ts';
import { token } from '../../../support/jwt.ts';
import { issueTicket } from '../../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../../support/redis.ts';
import { type RunningService, startService, withService } from '../../../support/service.ts';

const ORIGIN = 'https://app.example';
// Of the host that Traefik and Caddy report.
const HOST_ORIGIN = 'https://ws.example';

describe('forward-auth', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({ REDIS_URL: redis.url, FORWARD_AUTH_TRUSTED: '127.0.0.1' });
  });
  after(() => service.stop());

  const lastOf = (event: 'ws_ticket_redeemed' | 'ws_ticket_rejected') => service.eventsOf(event).at(-1);

  for (const proxy of proxyNames)
    describe(`for ${proxy}`, () => {
      const askWith = (uri: string, headers: Readonly<Record<string, string>> = {}, audience?: string) =>
        askAs(proxy, service, { uri, headers }, audience);

      it('returns 200 with the identity headers on first use', async () => {
        const exp = Math.floor(Date.now() / 1000) + 600;
        const ticket = await issueTicket(service, { jwt: token({ exp }), channel: 'room/1' });
        const { status, headers } = await askWith(`/ws?ticket=${ticket}`);
        expect(status).to.equal(200);
        expect(headers).to.include({
          'cache-control': 'no-store',
          'x-ticketd-issuer': '',
          'x-ticketd-subject': 'alice',
          'x-ticketd-session': 'session-1',
          'x-ticketd-audience': '',
          'x-ticketd-channel': 'room/1',
          'x-ticketd-session-expires': new Date(exp * 1000).toISOString(),
        });
        expect(lastOf('ws_ticket_redeemed')).to.include({ via: `forward-auth/${proxy}`, subject: 'alice' });
      });

      it('returns 403 for a replay', async () => {
        const uri = `/ws?a=1&ticket=${await issueTicket(service)}&b=2`;
        expect((await askWith(uri)).status).to.equal(200);
        expect((await askWith(uri)).status).to.equal(403);
        expect(lastOf('ws_ticket_rejected')).to.include({ via: `forward-auth/${proxy}`, reason: 'used' });
      });

      it('reads the ticket from the subprotocol', async () => {
        const protocols = `chat.v1, ticketd.${await issueTicket(service)}`;
        expect((await askWith('/ws', { 'Sec-WebSocket-Protocol': protocols })).status).to.equal(200);
        expect((await askWith('/ws', { 'Sec-WebSocket-Protocol': protocols })).status).to.equal(403);
      });

      it('accepts the same ticket in the query and in the subprotocol', async () => {
        const ticket = await issueTicket(service);
        const headers = { 'Sec-WebSocket-Protocol': `ticketd.${ticket}` };
        expect((await askWith(`/ws?ticket=${ticket}`, headers)).status).to.equal(200);
      });

      it('accepts a ticket with an audience only at the location of that audience', async () => {
        const uri = async () => `/ws?ticket=${await issueTicket(service, { audience: 'chat/eu' })}`;
        expect((await askWith(await uri(), {}, 'chat/eu')).status).to.equal(200);
        expect((await askWith(await uri(), {}, 'chat')).status).to.equal(403);
        expect((await askWith(await uri())).status).to.equal(403);
        expect(lastOf('ws_ticket_rejected')).to.include({ reason: 'audience' });
      });

      it('accepts a ticket bound to an origin only with that origin', async () => {
        const uri = async () => `/ws?ticket=${await issueTicket(service, { origin: ORIGIN })}`;
        expect((await askWith(await uri(), { Origin: ORIGIN })).status).to.equal(200);
        expect((await askWith(await uri(), { Origin: 'https://evil.example' })).status).to.equal(403);
        expect((await askWith(await uri())).status).to.equal(403);
        expect(lastOf('ws_ticket_rejected')).to.include({ reason: 'origin' });
      });

      it('accepts a ticket with a path only for that path', async () => {
        const path = '/files/1';
        for (const [uri, status] of [
          ['/files/1', 200],
          ['/files/1/', 403],
          ['/files/%31', 403],
          ['/ws', 403],
        ] as const) {
          const ticket = await issueTicket(service, { path });
          expect((await askWith(`${uri}?ticket=${ticket}`)).status, uri).to.equal(status);
        }
        expect(lastOf('ws_ticket_rejected')).to.include({ via: `forward-auth/${proxy}`, reason: 'path' });
      });

      it('decides about a bound ticket without an Origin by Sec-Fetch-Site', async () => {
        for (const [site, unbound, bound] of [
          ['same-origin', 200, 200],
          ['same-site', 403, 200],
          ['none', 403, 200],
          ['cross-site', 403, 403],
        ] as const)
          for (const [path, status] of [
            [undefined, unbound],
            ['/files/1', bound],
          ] as const) {
            const ticket = await issueTicket(service, { origin: HOST_ORIGIN, ...(path !== undefined && { path }) });
            const { status: returned } = await askWith(`/files/1?ticket=${ticket}`, { 'Sec-Fetch-Site': site });
            expect(returned, `${site} for ${path}`).to.equal(status);
          }
      });

      it('compares X-Forwarded-Host with the host of the origin', async () => {
        const ticket = await issueTicket(service, { origin: ORIGIN });
        const asked = askAs(
          proxy,
          service,
          { uri: `/?ticket=${ticket}`, headers: { 'Sec-Fetch-Site': 'same-origin' } },
          undefined,
          { 'X-Forwarded-Host': 'evil.example' },
        );
        expect((await asked).status).to.equal(403);
      });

      it('returns 401 with a challenge without a ticket', async () => {
        for (const uri of ['/', '/ws', '/ws?', '/ws?Ticket=x&tickets=y', '/ws/ticket=x']) {
          const { status, headers } = await askWith(uri);
          expect(status, uri).to.equal(401);
          expect(headers['www-authenticate']).to.equal('Ticket realm="ticketd"');
          expect(headers['cache-control']).to.equal('no-store');
        }
      });

      it('returns 403 for an unknown ticket and for a malformed one', async () => {
        for (const ticket of [newTicket(), 'wst_nonsense', '', '%77st_'])
          expect((await askWith(`/ws?ticket=${ticket}`)).status, ticket).to.equal(403);
      });

      it('answers HEAD like GET', async () => {
        const jwt = token();
        const answerTo = async (method: string) => {
          const { path, headers } = authRequests[proxy]({ uri: `/ws?ticket=${await issueTicket(service, { jwt })}` });
          const answer = await ask(`${service.internalUrl}${path}`, { method, headers });
          const { date: _, 'x-trace-id': __, ...lasting } = answer.headers;
          return { status: answer.status, lasting };
        };
        expect(await answerTo('HEAD')).to.deep.equal(await answerTo('GET'));
      });
    });

  it('sends Connection: close with every response, so that a proxy does not retry on a broken connection', async () => {
    const agent = keepAliveAgent();
    for (const uri of [`/?ticket=${await issueTicket(service)}`, '/?ticket=x', '/']) {
      const { path, headers } = authRequests.caddy({ uri, headers: {} });
      const answer = await ask(`${service.internalUrl}${path}`, {
        headers: { ...headers, Connection: 'keep-alive' },
        agent,
      });
      expect(answer.headers.connection, uri).to.equal('close');
    }
    agent.destroy();
  });

  it('returns the same JSON body for every accepted ticket', async () => {
    const { body, headers } = await askAs('nginx', service, { uri: `/?ticket=${await issueTicket(service)}` });
    expect(body).to.deep.equal({ active: true, traceId: headers['x-trace-id'] });
  });

  it('percent-encodes identity headers with other characters or a percent sign', async () => {
    const jwt = token({ iss: 'https://idp.example/köln', sub: 'Zoë 100%\r\nX-Admin: 1', sessionId: undefined });
    const ticket = await issueTicket(service, { jwt, channel: '部屋' });
    const { headers } = await askAs('nginx', service, { uri: `/?ticket=${ticket}` });
    expect(headers).to.include({
      'x-ticketd-issuer': 'https://idp.example/k%C3%B6ln',
      'x-ticketd-subject': 'Zo%C3%AB%20100%25%0D%0AX-Admin:%201',
      'x-ticketd-session': '',
      'x-ticketd-channel': '%E9%83%A8%E5%B1%8B',
    });
    expect(headers).not.to.have.property('x-admin');
  });

  it('accepts any method for envoy, which sends the method of the request', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const url = `${service.internalUrl}/forward-auth/envoy/ws?ticket=${await issueTicket(service)}`;
      expect((await ask(url, { method })).status, method).to.equal(200);
      expect((await ask(url, { method })).status, method).to.equal(403);
    }
  });

  it('accepts any path for envoy', async () => {
    for (const path of ['/', '//a', '/a/../b%2Fc/%zz', '/forward-auth/envoy/']) {
      const uri = `${path}?ticket=${await issueTicket(service)}`;
      expect((await askAs('envoy', service, { uri }, 'any')).status, path).to.equal(200);
    }
  });

  it('accepts exactly one of 50 concurrent requests with one ticket', async () => {
    const uri = `/ws?ticket=${await issueTicket(service)}`;
    const answers = await Promise.all(Array.from({ length: 50 }, () => askAs('traefik', service, { uri })));
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    expect(answers.filter(({ status }) => status === 403)).to.have.length(49);
  });

  it('writes no ticket to a response or the log', async () => {
    const ticket = await issueTicket(service);
    const headers = { 'Sec-WebSocket-Protocol': `ticketd.${ticket}` };
    const answers = [
      await askAs('envoy', service, { uri: `/ws?ticket=${ticket}`, headers }),
      await askAs('envoy', service, { uri: `/ws?ticket=${ticket}`, headers }),
    ];
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 403]);
    expect(JSON.stringify([answers, service.events])).not.to.include(ticket);
  });

  it('works the same with memory://', async () => {
    await withService({ REDIS_URL: 'memory://', FORWARD_AUTH_TRUSTED: '127.0.0.0/8' }, async (embedded) => {
      const uri = `/ws?ticket=${await issueTicket(embedded)}`;
      expect((await askAs('caddy', embedded, { uri })).status).to.equal(200);
      expect((await askAs('caddy', embedded, { uri })).status).to.equal(403);
    });
  });
});
