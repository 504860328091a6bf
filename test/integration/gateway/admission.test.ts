import { expect } from 'chai';
import type { GatewayOptions } from '../../../src/gateway/gateway.ts';
import { isPosition } from '../../../src/gateway/revocation-source.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { type GatewayRig, startGateway } from '../../support/gateway-rig.ts';
import { token } from '../../support/jwt.ts';
import { enter, knock, refused } from '../../support/knock.ts';
import { GATEWAY_KEY, issueTicket, revoke, type Wish } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningService, startService } from '../../support/service.ts';

const ORIGIN = 'https://app.example';
const EVIL = 'https://evil.example';
const TRACE = '0af7651916cd43dd8448eb211c80319c';

type Way = (of: { readonly service: RunningService; readonly redis: TestRedis }) => GatewayOptions['redeem'];

const WAYS: Readonly<Record<string, Way>> = {
  'over HTTP': ({ service }) => ({ url: service.internalUrl, key: GATEWAY_KEY }),
  'from Redis': ({ redis }) => ({ redis: { url: redis.url } }),
};

for (const [name, way] of Object.entries(WAYS))
  describe(`ticketd/gateway protect() with redeem ${name}`, () => {
    let redis: TestRedis;
    let service: RunningService;
    let rig: GatewayRig;

    before(async () => {
      redis = await startRedis();
      service = await startService({ REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY });
      rig = await startGateway({ redeem: way({ service, redis }), audience: 'chat' });
    });
    after(async () => {
      await rig.stop();
      await service.stop();
    });

    const socketUrl = (ticket: string) => `${rig.url}/socket?ticket=${ticket}`;
    const expectForbidden = async (url: string, how?: Parameters<typeof refused>[1]) => {
      const { status, body } = await refused(url, how);
      expect({ status, errorCode: body.errorCode }).to.deep.equal({
        status: 403,
        errorCode: 'WS_TICKET_NOT_REDEEMABLE',
      });
    };

    it('admits a client with a ticket, and passes its identity to the application', async () => {
      const exp = Math.floor(Date.now() / 1000) + 600;
      const jwt = token({ exp, iss: 'https://idp.example/' });
      const wish: Wish = { jwt, audience: 'chat', channel: 'room/1', origin: ORIGIN };
      const headers = { Origin: ORIGIN, traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
      const { socket, greeting } = await enter(socketUrl(await issueTicket(service, wish)), { headers });
      expect(await greeting).to.equal('hello alice');
      const { admission, request } = rig.letIn.at(-1) ?? expect.fail();
      const { issuedAt, sessionExpiresIn, revocationKeys, revocationPosition, ...rest } = admission;
      expect(revocationKeys).to.be.an('array');
      expect(revocationPosition).to.satisfy((position: unknown) => position === undefined || isPosition(position));
      expect(rest).to.deep.equal({
        issuer: 'https://idp.example/',
        subject: 'alice',
        sessionId: 'session-1',
        audience: 'chat',
        channel: 'room/1',
        claims: undefined,
        sessionExpiresAt: new Date(exp * 1000),
        traceId: TRACE,
        protocols: [],
      });
      expect(Date.now() - issuedAt.getTime()).to.be.within(0, 60_000);
      expect(sessionExpiresIn).to.be.within(540, 600);
      expect(rig.gateway.admissionOf(request)).to.equal(admission);
      expect(rig.eventsOf('upgrade_admitted').at(-1)).to.deep.include({
        level: 'info',
        traceId: TRACE,
        subject: 'alice',
      });
      socket.terminate();
    });

    it('omits the identity fields that the ticket does not have', async () => {
      const jwt = token({ sessionId: undefined });
      const { socket } = await enter(socketUrl(await issueTicket(service, { jwt })));
      const { admission } = rig.letIn.at(-1) ?? expect.fail();
      expect(admission).to.include({
        issuer: undefined,
        sessionId: undefined,
        audience: undefined,
        channel: undefined,
      });
      socket.terminate();
    });

    it('answers with the real subprotocol, and hides the ticket from the application', async () => {
      const ticket = await issueTicket(service);
      const protocols = ['v2.chat', `ticketd.${ticket}`, 'v1.chat'];
      const { socket, headers } = await enter(`${rig.url}/socket?room=1`, { protocols });
      expect(headers['sec-websocket-protocol']).to.equal('v2.chat');
      const { request, admission } = rig.letIn.at(-1) ?? expect.fail();
      expect(admission.protocols).to.deep.equal(['v2.chat', 'v1.chat']);
      expect(request.headers['sec-websocket-protocol']).to.equal('v2.chat, v1.chat');
      const seen = [request.url, request.rawHeaders, request.headers, request.headersDistinct];
      expect(JSON.stringify(seen)).not.to.include(ticket);
      socket.terminate();
    });

    it('removes the ticket from the request target, and nothing else', async () => {
      const ticket = await issueTicket(service);
      const { socket } = await enter(`${rig.url}/socket?a=%20b+c&ticket=${ticket}&&d`);
      expect(rig.letIn.at(-1)?.request.url).to.equal('/socket?a=%20b+c&&d');
      socket.terminate();
    });

    it('accepts the same ticket in the query and in the subprotocol', async () => {
      const ticket = await issueTicket(service);
      const { socket } = await enter(socketUrl(ticket), { protocols: ['chat', `ticketd.${ticket}`] });
      socket.terminate();
    });

    it('returns 401 without a ticket, in the common form of refusals', async () => {
      const { status, headers, body } = await refused(`${rig.url}/socket`, { protocols: ['chat'] });
      expect(status).to.equal(401);
      expect(headers).to.include({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'www-authenticate': 'Ticket realm="ticketd"',
        connection: 'close',
        'x-trace-id': body.traceId,
      });
      expect(body).to.have.all.keys('errorCode', 'message', 'traceId');
      expect(body.errorCode).to.equal('WS_TICKET_MISSING');
    });

    it('returns 403 for a used ticket', async () => {
      const ticket = await issueTicket(service);
      (await enter(socketUrl(ticket))).socket.terminate();
      await expectForbidden(socketUrl(ticket));
    });

    it('returns 403 for an unknown, a malformed and an empty ticket', async () => {
      for (const ticket of [newTicket(), 'wst_nonsense', 'x'.repeat(8000), ''])
        await expectForbidden(socketUrl(ticket));
    });

    it('refuses several tickets, without using any of them', async () => {
      const [one, other] = [await issueTicket(service), await issueTicket(service)];
      await expectForbidden(`${socketUrl(one)}&ticket=${other}`);
      await expectForbidden(`${socketUrl(one)}&%74icket=${one}`);
      await expectForbidden(socketUrl(one), { protocols: ['chat', `ticketd.${other}`] });
      await expectForbidden(rig.url, { protocols: [`ticketd.${one}`, `ticketd.${other}`] });
      expect(rig.eventsOf('upgrade_refused').at(-1)).to.include({ reason: 'malformed' });
      for (const ticket of [one, other]) (await enter(socketUrl(ticket))).socket.terminate();
    });

    it('refuses a ticket for another audience, and burns it', async () => {
      const ticket = await issueTicket(service, { audience: 'news' });
      await expectForbidden(socketUrl(ticket));
      expect(service.eventsOf('ws_ticket_issued').at(-1)).to.include({
        ticketId: rig.eventsOf('upgrade_refused').at(-1)?.ticketId,
      });
    });

    it('refuses a ticket from another origin than its own, or from none', async () => {
      const bound = () => issueTicket(service, { origin: ORIGIN });
      await expectForbidden(socketUrl(await bound()), { headers: { Origin: EVIL } });
      await expectForbidden(socketUrl(await bound()), { headers: { Origin: '' } });
      await expectForbidden(socketUrl(await bound()));
      await expectForbidden(socketUrl(await bound()), { headers: { Origin: ORIGIN.padEnd(600, 'x') } });
    });

    it('accepts a ticket without an origin from any origin, and from none', async () => {
      for (const headers of [{}, { Origin: ORIGIN }, { Origin: 'null' }])
        (await enter(socketUrl(await issueTicket(service)), { headers })).socket.terminate();
    });

    it('refuses a revoked ticket', async () => {
      const jwt = token({ sub: 'bob' });
      const ticket = await issueTicket(service, { jwt });
      await revoke(service, 'subject', jwt);
      await expectForbidden(socketUrl(ticket));
    });

    it('admits exactly one of 40 handshakes with one ticket', async () => {
      const url = socketUrl(await issueTicket(service));
      const answers = await Promise.all(Array.from({ length: 40 }, () => knock(url)));
      const sockets = answers.flatMap((answer) => ('socket' in answer ? [answer.socket] : []));
      expect(sockets).to.have.length(1);
      expect(answers.filter(({ status }) => status === 403)).to.have.length(39);
      for (const socket of sockets) socket.terminate();
    });

    it('puts no ticket and no key into events', () => {
      expect(JSON.stringify(rig.events)).not.to.match(/wst_/).and.not.include(GATEWAY_KEY);
      expect(rig.events).to.have.length.above(10);
    });

    it('is ready', () => {
      expect(rig.gateway.isReady()).to.equal(true);
    });
  });
