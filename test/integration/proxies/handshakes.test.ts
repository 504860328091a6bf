import { expect } from 'chai';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { programNames } from '../../support/proxies/programs.ts';
import { type Stage, startStage } from '../../support/proxies/stage.ts';
import { issueTicket } from '../../support/redeem.ts';
import { until } from '../../support/until.ts';

const ORIGIN = 'https://app.example';

for (const name of programNames)
  describe(`ops/deploy/proxies for ${name}`, () => {
    let stage: Stage;
    before(async () => {
      stage = await startStage(name);
    });
    after(() => stage.stop());

    const redeemed = () => stage.service.eventsOf('ws_ticket_redeemed').at(-1);

    it('opens a WebSocket with 101 on first use, with one auth request', async () => {
      const { ticketFor, open, asked } = stage;
      const { status, echo } = await open(`/ws?ticket=${await ticketFor()}`);
      expect({ status, echo }).to.deep.equal({ status: 101, echo: 'hello' });
      await until('the auth request is logged', asked);
      expect(asked()).to.equal(1);
      expect(redeemed()).to.include({ via: `forward-auth/${name}` });
    });

    it('opens 100 WebSockets for 200 concurrent handshakes with 100 tickets, each once', async () => {
      const { ticketFor, open } = stage;
      const uris = await Promise.all(Array.from({ length: 100 }, async () => `/ws?ticket=${await ticketFor()}`));
      const openings = await Promise.all([...uris, ...uris].map((uri) => open(uri)));
      const counted = (wanted: number) => openings.filter(({ status }) => status === wanted).length;
      expect([counted(101), counted(403)]).to.deep.equal([100, 100]);
    });

    it('returns 403 for a replay', async () => {
      const { ticketFor, open, upstream, service } = stage;
      const uri = `/ws?ticket=${await ticketFor()}`;
      expect((await open(uri)).status).to.equal(101);
      const reached = upstream.seen.length;
      expect((await open(uri)).status).to.equal(403);
      expect(upstream.seen).to.have.length(reached);
      expect(service.eventsOf('ws_ticket_rejected').at(-1)).to.include({ reason: 'used' });
    });

    it('returns 401 with a challenge without a ticket, and 403 for an invalid one', async () => {
      const { open } = stage;
      const { status, headers } = await open('/ws?a=1');
      expect(status).to.equal(401);
      expect(headers['www-authenticate']).to.equal('Ticket realm="ticketd"');
      for (const ticket of [newTicket(), 'nonsense', ''])
        expect((await open(`/ws?ticket=${ticket}`)).status, ticket).to.equal(403);
    });

    it('returns 403 for two tickets in one handshake', async () => {
      const { ticketFor, open } = stage;
      const [one, other] = [await ticketFor(), await ticketFor()];
      expect((await open(`/ws?ticket=${one}&ticket=${other}`)).status).to.equal(403);
      expect((await open(`/ws?ticket=${one}`, { protocols: ['chat.v1', `ticketd.${other}`] })).status).to.equal(403);
    });

    it('ignores a URI header that the client sends', async () => {
      const { service, open, upstream } = stage;
      const reached = upstream.seen.length;
      for (const header of ['X-Original-URI', 'X-Forwarded-Uri']) {
        const headers = { [header]: `/ws?ticket=${await issueTicket(service)}` };
        expect((await open('/ws', { headers })).status, header).to.equal(401);
      }
      expect(upstream.seen).to.have.length(reached);
    });

    it('accepts a ticket bound to an origin only from that origin', async () => {
      const { ticketFor, open } = stage;
      const uri = async () => `/ws?ticket=${await ticketFor({ origin: ORIGIN })}`;
      expect((await open(await uri(), { headers: { Origin: ORIGIN } })).status).to.equal(101);
      expect((await open(await uri(), { headers: { Origin: 'https://evil.example' } })).status).to.equal(403);
      expect((await open(await uri())).status).to.equal(403);
    });

    it('returns 403 for a ticket with an audience, since the location has none', async () => {
      const { ticketFor, open } = stage;
      expect((await open(`/ws?ticket=${await ticketFor({ audience: 'chat' })}`)).status).to.equal(403);
    });

    it('forwards the client address and the trace id to ticketd', async () => {
      const { ticketFor, open } = stage;
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
      const localAddress = '127.0.0.2';
      expect((await open(`/ws?ticket=${await ticketFor()}`, { headers, localAddress })).status).to.equal(101);
      expect(redeemed()).to.include({ traceId, address: localAddress });
    });
  });
