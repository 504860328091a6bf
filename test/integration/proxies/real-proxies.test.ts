import { expect } from 'chai';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { prepareCaddy } from '../../support/proxies/caddy.ts';
import { prepareHaproxy } from '../../support/proxies/haproxy.ts';
import { prepareNginx } from '../../support/proxies/nginx.ts';
import { type Offer, type Opening, openSocket } from '../../support/proxies/open-socket.ts';
import { type Prepare, type RunningProxy, runProxy } from '../../support/proxies/proxy-process.ts';
import { type SeenHandshake, startUpstream, type Upstream } from '../../support/proxies/upstream.ts';
import { issueTicket, type Wish } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

interface Program {
  readonly prepare: Prepare;
  /** What becomes of a handshake that brings an identity header twice. */
  readonly repeatedIdentity: 101 | 403;
}

const programs: Readonly<Record<'nginx' | 'caddy' | 'haproxy', Program>> = {
  nginx: { prepare: prepareNginx, repeatedIdentity: 101 },
  caddy: { prepare: prepareCaddy, repeatedIdentity: 403 },
  haproxy: { prepare: prepareHaproxy, repeatedIdentity: 101 },
};

const ORIGIN = 'https://app.example';
const SPOOFED = {
  'X-Ticketd-Subject': 'root',
  'x-ticketd-session': 'another',
  'X-Ticketd-Audience': 'admin',
  'X-TICKETD-CHANNEL': 'secret',
  'X-Ticketd-Session-Expires': 'never',
};

const valuesOf = (seen: SeenHandshake | undefined, name: string): readonly string[] =>
  (seen?.headers ?? []).filter(([sent]) => sent.toLowerCase() === name).map(([, value]) => value);

for (const [name, { prepare, repeatedIdentity }] of Object.entries(programs))
  describe(`${name} with ops/proxies`, () => {
    let redis: TestRedis;
    let service: RunningService;
    let upstream: Upstream;
    let proxy: RunningProxy;
    const issued: string[] = [];

    before(async () => {
      redis = await startRedis();
      const env = { FORWARD_AUTH_TRUSTED: '127.0.0.1', TRUSTED_PROXIES: '127.0.0.1' };
      service = await startService({ REDIS_URL: redis.url, ...env });
      upstream = await startUpstream();
      const ticketdPort = Number(new URL(service.internalUrl).port);
      proxy = await runProxy(prepare, { ticketdPort, upstreamPort: upstream.port });
    });
    after(async () => {
      await proxy.stop();
      await upstream.stop();
      await service.stop();
    });

    const ticketFor = async (wish: Wish = {}) => {
      const ticket = await issueTicket(service, wish);
      issued.push(ticket);
      return ticket;
    };
    const open = (uri: string, offer?: Offer): Promise<Opening> => openSocket(`${proxy.url}${uri}`, offer);
    const lastSeen = () => upstream.seen.at(-1);
    const authRequests = () => service.eventsOf('request').filter(({ route }) => String(route).includes(name)).length;

    it('opens a WebSocket with 101 at first use, and asks once', async () => {
      const before = authRequests();
      const { status, echo } = await open(`/ws?ticket=${await ticketFor()}`);
      expect({ status, echo }).to.deep.equal({ status: 101, echo: 'hello' });
      await until('the auth request is told of', () => authRequests() > before);
      expect(authRequests()).to.equal(before + 1);
      expect(service.eventsOf('ws_ticket_redeemed').at(-1)).to.include({ via: `forward-auth/${name}` });
    });

    it('refuses a replay with 403', async () => {
      const uri = `/ws?ticket=${await ticketFor()}`;
      expect((await open(uri)).status).to.equal(101);
      const reached = upstream.seen.length;
      expect((await open(uri)).status).to.equal(403);
      expect(upstream.seen).to.have.length(reached);
      expect(service.eventsOf('ws_ticket_rejected').at(-1)).to.include({ reason: 'used' });
    });

    it('refuses no ticket with 401 and the challenge, another with 403', async () => {
      const { status, headers } = await open('/ws?a=1');
      expect(status).to.equal(401);
      expect(headers['www-authenticate']).to.equal('Ticket realm="ticketd"');
      for (const ticket of [newTicket(), 'nonsense', ''])
        expect((await open(`/ws?ticket=${ticket}`)).status, ticket).to.equal(403);
    });

    for (const [before, after, left] of [
      ['?', '', '/ws'],
      ['?', '&room=7&a=%20b', '/ws?room=7&a=%20b'],
      ['?room=7&', '', '/ws?room=7'],
      ['?room=7&', '&a=b', '/ws?room=7&a=b'],
      ['?myticket=5&', '&tickets=6', '/ws?myticket=5&tickets=6'],
    ])
      it(`takes the ticket out of /ws${before}…${after} for the upstream`, async () => {
        expect((await open(`/ws${before}ticket=${await ticketFor()}${after}`)).status).to.equal(101);
        expect(lastSeen()?.uri).to.equal(left);
      });

    it('leaves the URI of a ticket in the subprotocol as it is', async () => {
      const protocols = ['chat.v1', `ticketd.${await ticketFor()}`];
      expect((await open('/ws/a%2Fb?myticket=5&x', { protocols })).status).to.equal(101);
      expect(lastSeen()?.uri).to.equal('/ws/a%2Fb?myticket=5&x');
    });

    for (const [place, offer] of [
      ['first', (ticket: string) => [ticket, 'chat.v0', 'chat.v1']],
      ['last', (ticket: string) => ['chat.v0', 'chat.v1', ticket]],
      ['between', (ticket: string) => ['chat.v0', ticket, 'chat.v1']],
    ] as const)
      it(`takes the ticket out of the subprotocols, ${place}, and lets the upstream answer with a real one`, async () => {
        const protocols = offer(`ticketd.${await ticketFor()}`);
        const { status, protocol } = await open('/ws', { protocols });
        expect({ status, protocol }).to.deep.equal({ status: 101, protocol: 'chat.v1' });
        const [offered = ''] = valuesOf(lastSeen(), 'sec-websocket-protocol');
        expect(offered.split(/\s*,\s*/)).to.deep.equal(['chat.v0', 'chat.v1']);
      });

    it('offers the upstream no subprotocol where the ticket was the only one', async () => {
      const key = 'dGhlIHNhbXBsZSBub25jZQ==';
      const headers = { 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Protocol': `ticketd.${await ticketFor()}` };
      await open('/ws', { headers }).catch(() => {});
      expect(valuesOf(lastSeen(), 'sec-websocket-protocol')).to.deep.equal([]);
    });

    it('tells the upstream whose connection it is, over whatever the client said', async () => {
      const ticket = await ticketFor({ channel: 'room/ü' });
      expect((await open(`/ws?ticket=${ticket}`, { headers: SPOOFED })).status).to.equal(101);
      expect(valuesOf(lastSeen(), 'x-ticketd-subject')).to.deep.equal(['alice']);
      expect(valuesOf(lastSeen(), 'x-ticketd-session')).to.deep.equal(['session-1']);
      expect(valuesOf(lastSeen(), 'x-ticketd-channel')).to.deep.equal(['room/%C3%BC']);
      expect(valuesOf(lastSeen(), 'x-ticketd-audience').join()).to.equal('');
      expect(Date.parse(valuesOf(lastSeen(), 'x-ticketd-session-expires').join())).to.be.above(Date.now());
      expect(JSON.stringify(lastSeen())).not.to.match(/root|another|admin|secret|never/);
    });

    it('lets no second identity header of the client through, nor one with underscores', async () => {
      for (const headers of [{ 'X-Ticketd-Subject': ['root', 'admin'] }, { X_Ticketd_Subject: 'root' }]) {
        const { status } = await open(`/ws?ticket=${await ticketFor()}`, { headers });
        expect(status).to.equal(repeatedIdentity);
        if (status === 101) expect(JSON.stringify(lastSeen())).not.to.match(/root|admin/);
      }
    });

    it('does not believe another URI that the client sends', async () => {
      const reached = upstream.seen.length;
      for (const header of ['X-Original-URI', 'X-Forwarded-Uri']) {
        const headers = { [header]: `/ws?ticket=${await issueTicket(service)}` };
        expect((await open('/ws', { headers })).status, header).to.equal(401);
      }
      expect(upstream.seen).to.have.length(reached);
    });

    it('refuses two tickets at once', async () => {
      const [one, other] = [await ticketFor(), await ticketFor()];
      expect((await open(`/ws?ticket=${one}&ticket=${other}`)).status).to.equal(403);
      expect((await open(`/ws?ticket=${one}`, { protocols: ['chat.v1', `ticketd.${other}`] })).status).to.equal(403);
    });

    it('keeps a ticket to the origin that it is bound to', async () => {
      const uri = async () => `/ws?ticket=${await ticketFor({ origin: ORIGIN })}`;
      expect((await open(await uri(), { headers: { Origin: ORIGIN } })).status).to.equal(101);
      expect((await open(await uri(), { headers: { Origin: 'https://evil.example' } })).status).to.equal(403);
      expect((await open(await uri())).status).to.equal(403);
    });

    it('refuses a ticket for an audience, since its location names none', async () => {
      expect((await open(`/ws?ticket=${await ticketFor({ audience: 'chat' })}`)).status).to.equal(403);
    });

    it('tells ticketd where the client is', async () => {
      const localAddress = '127.0.0.2';
      expect((await open(`/ws?ticket=${await ticketFor()}`, { localAddress })).status).to.equal(101);
      expect(service.eventsOf('ws_ticket_redeemed').at(-1)).to.include({ address: localAddress });
    });

    it('hands on the trace', async () => {
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
      expect((await open(`/ws?ticket=${await ticketFor()}`, { headers })).status).to.equal(101);
      expect(service.eventsOf('ws_ticket_redeemed').at(-1)).to.include({ traceId });
    });

    it('answers 503 with Retry-After while Redis is down, asking once, and opens sockets when it is back', async () => {
      const ticket = await ticketFor();
      await redis.stop();
      const before = authRequests();
      const { status, headers } = await open(`/outage?ticket=${ticket}`);
      expect(status).to.equal(503);
      expect(headers['retry-after']).to.equal('2');
      expect(authRequests()).to.be.at.most(before + 1);
      await redis.start();
      await until('a socket opens', async () => {
        const again = await issueTicket(service).catch(() => undefined);
        return again !== undefined && (await open(`/ws?ticket=${again}`)).status === 101;
      });
    });

    it('asks once, too, where the upstream cannot be reached', async () => {
      await upstream.stop();
      const before = authRequests();
      expect((await open(`/gone?ticket=${await ticketFor()}`)).status).to.be.within(502, 503);
      expect(authRequests()).to.equal(before + 1);
    });

    it('writes no ticket to its logs, and none reaches the upstream', async () => {
      await open('/last?ticket=x');
      const log = await until('the last request is logged', async () => {
        const text = await proxy.logged();
        return text.includes('/last') && text;
      });
      for (const path of ['/ws', '/outage', '/gone']) expect(log).to.include(path);
      const written = `${log}${JSON.stringify([upstream.seen, service.events])}`;
      expect(issued.filter((ticket) => written.includes(ticket))).to.deep.equal([]);
      expect(log).not.to.include('ticketd.wst_');
    });
  });
