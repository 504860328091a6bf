import { createServer, type IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { createGateway, type Gateway } from '../../../src/gateway/gateway.ts';
import { listen } from '../../support/gateway-rig.ts';
import { talk, UPGRADE_HEADERS, upgradeRequest } from '../../support/raw-upgrade.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RedeemStub, startRedeemStub } from '../../support/redeem-stub.ts';
import { upgradeMessage } from '../../support/upgrade-message.ts';

const NAMES = [
  'headers',
  'headersDistinct',
  'rawHeaders',
  'trailers',
  'trailersDistinct',
  'rawTrailers',
  'url',
] as const;

/** Where a handshake carries its ticket, and the subprotocols without it. */
const CARRIERS: Readonly<Record<string, (ticket: string) => readonly [string, readonly string[], string?]>> = {
  'in the query': (ticket) => [`/?ticket=${ticket}`, []],
  'in the query, between others': (ticket) => [`/?a=b&ticket=${ticket}&c=d`, []],
  'in an absolute target': (ticket) => [`http://localhost/?ticket=${ticket}`, []],
  'as the only subprotocol': (ticket) => ['/', [`Sec-WebSocket-Protocol: ticketd.${ticket}`]],
  'as the first subprotocol': (ticket) => ['/', [`Sec-WebSocket-Protocol: ticketd.${ticket}, chat, v2`], 'chat, v2'],
  'as the last subprotocol': (ticket) => ['/', [`Sec-WebSocket-Protocol: chat,v2,ticketd.${ticket}`], 'chat, v2'],
  'as a subprotocol in a line of its own': (ticket) => [
    '/',
    ['Sec-WebSocket-Protocol: chat', `sec-websocket-protocol: ticketd.${ticket}`, 'SEC-WEBSOCKET-PROTOCOL: v2'],
    'chat, v2',
  ],
  'as the only subprotocol, among empty ones': (ticket) => ['/', [`Sec-WebSocket-Protocol: , ticketd.${ticket} ,`]],
  'in the query and as the only subprotocol': (ticket) => [
    `/?ticket=${ticket}`,
    [`Sec-WebSocket-Protocol: ticketd.${ticket}`],
  ],
};

describe('ticketd/gateway: request of an admitted client', () => {
  let ticketd: RedeemStub;
  let gateway: Gateway;
  let url: string;
  let requests: IncomingMessage[];
  const server = createServer();

  before(async () => {
    ticketd = await startRedeemStub();
    gateway = createGateway({ redeem: { url: ticketd.url, key: GATEWAY_KEY } });
    gateway.protect(server, (request, socket) => {
      requests.push(request);
      socket.end('HTTP/1.1 200 OK\r\n\r\n');
    });
    url = `http://127.0.0.1:${await listen(server)}`;
  });
  after(async () => {
    await gateway.close();
    server.close();
    ticketd.stop();
  });
  beforeEach(() => {
    requests = [];
  });

  for (const [where, carried] of Object.entries(CARRIERS))
    for (const [what, more] of [
      ['last', (lines: readonly string[]) => [...UPGRADE_HEADERS, ...lines]],
      ['before others', (lines: readonly string[]) => [...lines, ...UPGRADE_HEADERS, 'Set-Cookie: a', 'Set-Cookie: b']],
    ] as const)
      it(`is complete without the ticket that was sent ${where}, header ${what}`, async () => {
        const ticket = ticketd.issue();
        const [target, lines, left] = carried(ticket);
        expect(await talk(url, upgradeRequest(target, more(lines)))).to.match(/^HTTP\/1.1 200 /);
        const [request = expect.fail()] = requests;
        for (const name of NAMES) expect(() => request[name], name).not.to.throw();
        expect(request.headers['sec-websocket-protocol']).to.equal(left);
        expect(request.headersDistinct['sec-websocket-protocol']).to.deep.equal(left && [left]);
        const again = upgradeMessage(request.url ?? '');
        Reflect.get(again, '_addHeaderLines').call(again, request.rawHeaders, request.rawHeaders.length);
        expect(request.headers).to.deep.equal(again.headers);
        expect(request.headersDistinct).to.deep.equal(again.headersDistinct);
        expect(inspect(request, { depth: 8, showHidden: true, maxArrayLength: null })).not.to.include(ticket);
      });

  it('contains every other header in the same order', async () => {
    const lines = ['Cookie: a=b', 'X-Same: 1', 'X-Same: 2', 'X-Empty:'];
    const ticket = ticketd.issue();
    await talk(url, upgradeRequest('/', [...lines, ...UPGRADE_HEADERS, `Sec-WebSocket-Protocol: ticketd.${ticket}`]));
    const expected = [...lines, ...UPGRADE_HEADERS].flatMap((line) => line.split(/: ?/));
    expect(requests[0]?.rawHeaders).to.deep.equal(expected);
    expect(requests[0]?.headersDistinct['x-same']).to.deep.equal(['1', '2']);
  });
});
