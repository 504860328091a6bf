import { expect } from 'chai';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { prepareIngressNginx } from '../../support/proxies/ingress-nginx.ts';
import { type Stage, startStage } from '../../support/proxies/stage.ts';
import { issueTicket } from '../../support/redeem.ts';
import { until } from '../../support/until.ts';

const ORIGIN = 'https://app.example';

describe('ops/deploy/kubernetes/ingress-nginx', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage('nginx', prepareIngressNginx);
  });
  after(() => stage.stop());

  it('opens a WebSocket with 101 on first use, with one auth request, and returns 403 for a replay', async () => {
    const { ticketFor, open, asked } = stage;
    const uri = `/ws?a=1&ticket=${await ticketFor()}`;
    const { status, echo } = await open(uri);
    expect({ status, echo }).to.deep.equal({ status: 101, echo: 'hello' });
    await until('the auth request is logged', asked);
    expect(asked()).to.equal(1);
    expect((await open(uri)).status).to.equal(403);
  });

  it('opens a WebSocket for a ticket in the subprotocol', async () => {
    const { ticketFor, open } = stage;
    const { status, protocol } = await open('/ws', { protocols: ['chat.v1', `ticketd.${await ticketFor()}`] });
    expect({ status, protocol }).to.deep.equal({ status: 101, protocol: 'chat.v1' });
  });

  it('returns 401 without a ticket, and 403 for an invalid one and for two', async () => {
    const { ticketFor, open } = stage;
    expect((await open('/ws')).status).to.equal(401);
    expect((await open(`/ws?ticket=${newTicket()}`)).status).to.equal(403);
    expect((await open(`/ws?ticket=${await ticketFor()}&ticket=${await ticketFor()}`)).status).to.equal(403);
  });

  it('returns 401 or 403 for a URI header or a Host with a ticket that the client sends', async () => {
    const { service, open, upstream } = stage;
    const reached = upstream.seen.length;
    const ticket = await issueTicket(service);
    const uri = `/ws?ticket=${ticket}`;
    for (const headers of [
      { 'X-Original-URI': uri },
      { 'X-Forwarded-Uri': uri },
      { X_Original_URL: `http://x${uri}` },
      { 'X-Original-URL': `http://x${uri}` },
      { Host: `x?ticket=${ticket}` },
    ])
      expect((await open('/ws', { headers })).status, JSON.stringify(headers)).to.be.oneOf([401, 403]);
    expect(upstream.seen).to.have.length(reached);
    expect((await open(uri)).status).to.equal(101);
  });

  it('accepts a ticket bound to an origin only from that origin', async () => {
    const { ticketFor, open } = stage;
    const uri = async () => `/ws?ticket=${await ticketFor({ origin: ORIGIN })}`;
    expect((await open(await uri(), { headers: { Origin: ORIGIN } })).status).to.equal(101);
    expect((await open(await uri(), { headers: { Origin: 'https://evil.example' } })).status).to.equal(403);
  });

  it('sends the upstream the identity headers of the ticket, the longest included, and none of the client', async () => {
    const { ticketFor, open, lastHeader, lastSeen } = stage;
    const ticket = await ticketFor({ channel: '部'.repeat(256) });
    // What the client sends once is replaced, even if it is empty.
    const headers = { 'X-Ticketd-Subject': 'root', 'X-Ticketd-Audience': 'admin' };
    expect((await open(`/ws?ticket=${ticket}`, { headers })).status).to.equal(101);
    expect(lastHeader('x-ticketd-subject')).to.deep.equal(['alice']);
    expect(lastHeader('x-ticketd-channel')).to.deep.equal(['%E9%83%A8'.repeat(256)]);
    expect(lastHeader('x-ticketd-audience').join()).to.equal('');
    expect(JSON.stringify(lastSeen())).not.to.match(/root|admin/);
  });

  it('returns 5xx while Redis is down', async () => {
    const { redis, ticketFor, open, service, upstream } = stage;
    const ticket = await ticketFor();
    const reached = upstream.seen.length;
    await redis.stop();
    await until('the outage is logged', () => service.eventsOf('redis_down').length === 1);
    expect((await open(`/ws?ticket=${ticket}`)).status).to.equal(500);
    expect(upstream.seen).to.have.length(reached);
  });
});
