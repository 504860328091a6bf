import { expect } from 'chai';
import { createGateway, type GatewayRequest } from '../../../src/gateway/gateway.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { authentication, redeemed, withTicket } from '../../support/authentication.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { upgradeMessage } from '../../support/upgrade-message.ts';

const PAGE = { 'Sec-Fetch-Site': 'same-origin', 'X-Forwarded-Host': 'app.example' };

const FORWARDED_TWICE = { Host: 'internal', 'X-Forwarded-Host': 'app.example , proxy.example' };

const BY_HAND = { audience: 'chat', origin: undefined, path: undefined, traceId: 't' };

describe('ticketd/gateway authenticate() of plain HTTP', () => {
  for (const [what, url, headers, expected] of [
    ['the path', '/files/a%20b?ticket=T&a=1', {}, { path: '/files/a%20b' }],
    ['the path of a target without a query', '/files', { 'Sec-WebSocket-Protocol': 'ticketd.T' }, { path: '/files' }],
    ['no path that no ticket can have', '/files/../socket?ticket=T', {}, { path: undefined }],
    ['no path of 1,025 characters', `/${'p'.repeat(1024)}?ticket=T`, {}, { path: undefined }],
    ['the path of 1,024 characters', `/${'p'.repeat(1023)}?ticket=T`, {}, { path: `/${'p'.repeat(1023)}` }],
    ['site and host without an Origin', '/?ticket=T', PAGE, { fetchSite: 'same-origin', host: 'app.example' }],
    ['the Host without X-Forwarded-Host', '/?ticket=T', { Host: 'b.example:81' }, { host: 'b.example:81' }],
    ['the first of several X-Forwarded-Host', '/?ticket=T', FORWARDED_TWICE, { host: 'app.example' }],
    [
      'neither site nor host with an Origin',
      '/?ticket=T',
      { ...PAGE, Origin: 'https://a.example' },
      { origin: 'https://a.example', fetchSite: undefined, host: undefined },
    ],
  ] as const)
    for (const kind of ['Node.js', 'Fetch'] as const)
      it(`redeems with ${what}, for a request of ${kind}`, async () => {
        const ticket = newTicket();
        const [target, sent] = JSON.parse(
          JSON.stringify([url, headers]).replaceAll('T"', `${ticket}"`).replaceAll('T&', `${ticket}&`),
        );
        const request =
          kind === 'Node.js' ? upgradeMessage(target, sent) : fetchRequest(`https://app.example${target}`, sent);
        const { authenticate, asked } = authentication(redeemed);
        expect((await authenticate(request)).outcome).to.equal('admitted');
        expect(asked[0]).to.include({ ticket, ...expected });
      });

  for (const header of ['Sec-Fetch-Site', 'X-Forwarded-Host'])
    it(`refuses a request with a ${header} of 513 characters and does not redeem`, async () => {
      const { refusalOf, asked } = authentication(redeemed);
      expect(await refusalOf(withTicket(newTicket(), { [header]: 'x'.repeat(513) }))).to.include({ reason: 'origin' });
      expect(asked).to.deep.equal([]);
    });

  it('leaves a Fetch request as it is, and returns its subprotocols without the ticket', async () => {
    const request = new Request(`https://app.example/?ticket=${newTicket()}`, {
      headers: { 'Sec-WebSocket-Protocol': 'chat.v1, chat.v2' },
    });
    const before = request.url;
    const { authenticate } = authentication(redeemed);
    const verdict = await authenticate(request);
    const { protocols } = verdict.outcome === 'admitted' ? verdict.admission : expect.fail('refused');
    expect(protocols).to.deep.equal(['chat.v1', 'chat.v2']);
    expect(request.url).to.equal(before);
  });

  it('passes a Fetch request to the audience function', async () => {
    const request = new Request(`https://app.example/?ticket=${newTicket()}`, { headers: { 'X-Audience': 'chat' } });
    const audience = ({ headers }: GatewayRequest) => (headers as Headers).get('X-Audience') ?? undefined;
    const { authenticate, asked } = authentication(redeemed, { audience });
    expect((await authenticate(request)).outcome).to.equal('admitted');
    expect(asked[0]?.audience).to.equal('chat');
  });

  it('refuses a Fetch request without a ticket with 401, and with two with 403', async () => {
    const { refusalOf, asked } = authentication(redeemed);
    expect(await refusalOf(new Request('https://app.example/'))).to.include({ status: 401 });
    const twice = `https://app.example/?ticket=${newTicket()}&ticket=${newTicket()}`;
    expect(await refusalOf(new Request(twice))).to.include({ status: 403, reason: 'malformed' });
    expect(asked).to.deep.equal([]);
  });
});

/** A Fetch request with a target that the `Request` of Node.js would change, as other servers pass it on. */
const fetchRequest = (url: string, headers: Readonly<Record<string, string>>): Request => {
  const { headers: sent } = new Request('https://app.example/', { headers });
  return { url, headers: sent } as Request;
};

describe('ticketd/gateway authenticate() of a ticket alone', () => {
  it('redeems it with what is known about it', async () => {
    const ticket = newTicket();
    const { ofTicket, asked } = authentication(redeemed);
    const known = { audience: 'chat', origin: 'https://a.example', path: '/files/1', traceId: 't' };
    expect((await ofTicket(ticket, known)).outcome).to.equal('admitted');
    expect(asked).to.deep.equal([{ ticket, ...known }]);
  });

  for (const [what, ticket, more, expected] of [
    ['undefined', undefined, {}, { status: 401, errorCode: 'WS_TICKET_MISSING' }],
    ['null', null, {}, { status: 401, errorCode: 'WS_TICKET_MISSING' }],
    ['an empty text', '', {}, { status: 401, errorCode: 'WS_TICKET_MISSING' }],
    ['a number', 7, {}, { status: 403, reason: 'malformed' }],
    ['an object', { toString: newTicket }, {}, { status: 403, reason: 'malformed' }],
    ['a list with a ticket', [newTicket()], {}, { status: 403, reason: 'malformed' }],
    ['another text', 'wst_x', {}, { status: 403, reason: 'malformed' }],
    ['a ticket with an audience of 129 characters', newTicket(), { audience: 'a'.repeat(129) }, { reason: 'audience' }],
    ['a ticket with a path of 1,025 characters', newTicket(), { path: 'p'.repeat(1025) }, { reason: 'path' }],
    ['a ticket with an origin of 513 characters', newTicket(), { origin: 'o'.repeat(513) }, { reason: 'origin' }],
  ] as const)
    it(`refuses ${what} and does not redeem`, async () => {
      const { ofTicket, asked, events } = authentication(redeemed);
      const verdict = await ofTicket(ticket, { ...BY_HAND, ...more });
      expect(verdict.outcome === 'refused' ? verdict.refusal : undefined).to.include(expected);
      expect(asked).to.deep.equal([]);
      expect(events).to.have.length(1);
    });
});

describe('ticketd/gateway redeem() options', () => {
  const gateway = createGateway({ redeem: { url: 'http://127.0.0.1:1', key: 'k'.repeat(32) }, onEvent: () => {} });
  after(() => gateway.close());

  for (const [what, options, message] of [
    ['no options', undefined, 'options: expected an object'],
    ['no origin', {}, 'origin: expected the Origin of the connection, or null where it had none'],
    [
      'an undefined origin',
      { origin: undefined },
      'origin: expected the Origin of the connection, or null where it had none',
    ],
    ['an unknown option', { origin: null, orgin: 'x' }, 'orgin: there is no such option'],
    ['a path that is no text', { origin: null, path: 7 }, 'path: expected a string'],
    ['a trace id with a space', { origin: null, traceId: 'a b' }, 'traceId: expected 1 to 128 of A-Z a-z 0-9 . _ -'],
  ] as const)
    it(`reject ${what}`, async () => {
      const error = await rejectionOf(gateway.redeem(newTicket(), options as never));
      expect(error).to.be.instanceOf(TypeError).with.property('message', message);
    });
});
