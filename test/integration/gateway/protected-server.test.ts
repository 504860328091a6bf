import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import type { ProtectOptions } from '../../../src/gateway/gateway.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { freePort } from '../../support/free-port.ts';
import { type GatewayRig, startGateway } from '../../support/gateway-rig.ts';
import { token } from '../../support/jwt.ts';
import { enter, refused } from '../../support/knock.ts';
import { exchange } from '../../support/raw-http.ts';
import { talk, UPGRADE_HEADERS, upgradeRequest } from '../../support/raw-upgrade.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { closeServers, silentServer } from '../../support/tcp-server.ts';
import { until } from '../../support/until.ts';

describe('ticketd/gateway protect()', () => {
  let service: RunningService;
  before(async () => {
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY });
  });
  after(() => service.stop());

  const rigs: GatewayRig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.stop();
    await closeServers();
  });

  const start = async (
    protection?: ProtectOptions,
    more: { readonly url?: string; readonly maxPending?: number } = {},
  ) => {
    const { url = service.internalUrl, ...rest } = more;
    const rig = await startGateway({ redeem: { url, key: GATEWAY_KEY }, ...rest }, protection, 'as made');
    rigs.push(rig);
    return rig;
  };

  const urlFor = async (rig: GatewayRig, wish = {}) => `${rig.url}/?ticket=${await issueTicket(service, wish)}`;

  it('returns a refusal as plain HTTP', async () => {
    const rig = await start();
    const [answer, ...more] = await exchange(rig.httpUrl, upgradeRequest('/?ticket=wst_x'));
    expect(more).to.deep.equal([]);
    expect(answer?.status).to.equal(403);
    const { date, ...headers } = answer?.headers ?? {};
    const body = JSON.parse(answer?.body ?? '');
    expect(headers).to.deep.equal({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(answer?.body.length),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-trace-id': body.traceId,
      connection: 'close',
    });
    expect(Date.parse(date ?? '')).to.be.closeTo(Date.now(), 60_000);
    expect(body).to.deep.equal({
      errorCode: 'WS_TICKET_NOT_REDEEMABLE',
      message: 'The ticket cannot be redeemed',
      traceId: body.traceId,
    });
  });

  it('leaves ordinary requests to the server', async () => {
    const rig = await start();
    expect(await (await fetch(rig.httpUrl)).text()).to.equal('plain');
  });

  it('accepts messages sent right after the handshake', async () => {
    const rig = await start();
    // Masked frames: a text, "hi", and the end.
    const frames = Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x69, 0x6b, 0x88, 0x80, 1, 2, 3, 4]);
    const handshake = Buffer.from(upgradeRequest(`/?ticket=${await issueTicket(service)}`));
    expect(await talk(rig.httpUrl, Buffer.concat([handshake, frames])))
      .to.match(/^HTTP\/1.1 101 /)
      .and.include('hello alice')
      .and.include('hi', 'the echo');
  });

  it('survives an invalid frame when the application has no error listener', async () => {
    const rig = await start();
    const handshake = Buffer.from(upgradeRequest(`/?ticket=${await issueTicket(service)}`));
    expect(await talk(rig.httpUrl, Buffer.concat([handshake, Buffer.from([0xff, 0xff])]))).to.match(/^HTTP\/1.1 101 /);
    expect((await fetch(rig.httpUrl)).status).to.equal(200);
  });

  it('leaves other handshake errors to the WebSocket server', async () => {
    const rig = await start();
    const broken = UPGRADE_HEADERS.filter((line) => !line.startsWith('Sec-WebSocket-Key'));
    const target = `/?ticket=${await issueTicket(service)}`;
    const [answer] = await exchange(rig.httpUrl, upgradeRequest(target, broken));
    expect(answer?.status).to.equal(400);
    expect(rig.letIn).to.deep.equal([]);
  });

  for (const [what, request] of [
    ['another path', upgradeRequest('/elsewhere?ticket=x')],
    ['another protocol', upgradeRequest('/here', ['Host: localhost', 'Connection: Upgrade', 'Upgrade: h2c'])],
  ] as const)
    it(`returns 404 for an upgrade to ${what}, unless another listener handles it`, async () => {
      const rig = await start({ path: '/here' });
      const [answer] = await exchange(rig.httpUrl, request);
      expect(answer?.status).to.equal(404);
      expect(JSON.parse(answer?.body ?? '')).to.include({ errorCode: 'NOT_FOUND' });
      rig.server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 418 Other\r\n\r\n'));
      expect((await exchange(rig.httpUrl, request)).map(({ status }) => status)).to.deep.equal([418]);
      expect(rig.events).to.deep.equal([]);
    });

  it('handles the upgrades of its path with any query', async () => {
    const rig = await start({ path: '/here' });
    (await enter(`${rig.url}/here?a=b&ticket=${await issueTicket(service)}`)).socket.terminate();
  });

  it('closes with 4004 or 1013 with refuse: close, and hides the socket from the application', async () => {
    const rig = await start({ refuse: 'close' });
    const final = await enter(`${rig.url}?ticket=${newTicket()}`, { protocols: ['chat', `ticketd.${newTicket()}`] });
    expect(await final.closed).to.deep.equal([4004, 'WS_TICKET_NOT_REDEEMABLE']);
    expect(final.headers['sec-websocket-protocol']).to.equal('chat');
    const missing = await enter(rig.url);
    expect(await missing.closed).to.deep.equal([4004, 'WS_TICKET_MISSING']);
    const down = await start({ refuse: 'close' }, { url: `http://127.0.0.1:${await freePort()}` });
    const again = await enter(`${down.url}?ticket=${newTicket()}`);
    expect(await again.closed).to.deep.equal([1013, 'WS_TICKET_REDIS_NOT_READY']);
    expect([...rig.letIn, ...down.letIn]).to.deep.equal([]);
    await until('nothing is left open', () => rig.sockets.clients.size === 0);
    (await enter(await urlFor(rig))).socket.terminate();
  });

  it('disconnects a client that does not answer the close frame', async () => {
    const rig = await start({ refuse: 'close' });
    // talk() never sends a close frame, and resolves when the connection closes.
    expect(await talk(rig.httpUrl, upgradeRequest('/'))).to.include('WS_TICKET_MISSING');
  });

  it('closes each socket with 4003 when its session ends, and not before', async () => {
    const rig = await start();
    const exp = Math.floor(Date.now() / 1000) + 4;
    const brief = await enter(await urlFor(rig, { jwt: token({ exp }) }));
    const long = await enter(await urlFor(rig));
    expect(await brief.closed).to.deep.equal([4003, 'session ended']);
    expect(Date.now()).to.be.at.least(exp * 1000);
    expect(rig.eventsOf('session_ended')).to.have.length(1);
    expect(rig.eventsOf('session_ended')[0]).to.include({ subject: 'alice', sessionId: 'session-1' });
    expect(long.socket.readyState).to.equal(long.socket.OPEN);
    long.socket.terminate();
  });

  it('survives a client that disconnects during the redeem', async () => {
    const { port } = await silentServer();
    const rig = await start({}, { url: `http://127.0.0.1:${port}` });
    const upgraded = once(rig.server, 'upgrade');
    const client = connect(Number(new URL(rig.url).port), '127.0.0.1');
    client.write(upgradeRequest(`/?ticket=${newTicket()}`));
    await upgraded;
    client.resetAndDestroy();
    await until('client_left is emitted', () => rig.eventsOf('client_left').length === 1);
    expect((await fetch(rig.httpUrl)).status).to.equal(200);
  });

  it('answers a client that has half-closed the connection exactly once', async () => {
    const rig = await start();
    const answers = await exchange(rig.httpUrl, upgradeRequest('/?ticket=wst_x'), { end: true });
    expect(answers.map(({ status }) => status)).to.deep.equal([403]);
  });

  it('limits the redeems in flight to maxPending', async () => {
    const { port } = await silentServer();
    const rig = await start({}, { url: `http://127.0.0.1:${port}`, maxPending: 2 });
    const answers = await Promise.all([1, 2, 3, 4].map(() => refused(`${rig.url}?ticket=${newTicket()}`)));
    const codes = answers.map(({ status, body }) => `${status} ${body.errorCode}`).sort();
    expect(codes).to.deep.equal([
      '503 WS_TICKET_OUTCOME_UNKNOWN',
      '503 WS_TICKET_OUTCOME_UNKNOWN',
      '503 WS_TICKET_REDIS_NOT_READY',
      '503 WS_TICKET_REDIS_NOT_READY',
    ]);
    expect(rig.eventsOf('redeem_failed')[0]?.error).to.equal('2 redeems are in flight');
  });

  it('handles no upgrade after close(), and the server still answers requests', async () => {
    const rig = await start();
    (await enter(await urlFor(rig))).socket.terminate();
    await rig.gateway.close();
    expect(rig.server.listenerCount('upgrade')).to.equal(0);
    expect((await fetch(rig.httpUrl)).status).to.equal(200);
  });
});
