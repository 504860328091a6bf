import { expect } from 'chai';
import { carriersOf, stripTicket } from '../../../src/gateway/handshake.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { upgradeMessage } from '../../support/upgrade-message.ts';

const PROTOCOLS = 'Sec-WebSocket-Protocol';

describe('ticketd/gateway stripTicket()', () => {
  it('reads the request target and the list of subprotocols', () => {
    expect(carriersOf(upgradeMessage('/a?b', { [PROTOCOLS]: ' chat ,, v2,' }))).to.deep.equal({
      uri: '/a?b',
      protocols: ['chat', 'v2'],
    });
    expect(carriersOf(upgradeMessage('/'))).to.deep.equal({ uri: '/', protocols: [] });
  });

  for (const [what, offer, left] of [
    ['alone', (ticket: string) => `ticketd.${ticket}`, []],
    ['next to others', (ticket: string) => `chat,ticketd.${ticket} , v2`, ['chat', 'v2']],
    ['absent', () => 'chat', ['chat']],
  ] as const)
    it(`returns the subprotocols without the ticket and removes it from the request when it is ${what}`, () => {
      const ticket = newTicket();
      const request = upgradeMessage(`/a?ticket=${ticket}&b`, { Cookie: 'c', [PROTOCOLS]: offer(ticket), Accept: 'd' });
      expect(stripTicket(request)).to.deep.equal(left);
      const text = left.join(', ');
      expect(request.url).to.equal('/a?b');
      expect(request.headers['sec-websocket-protocol']).to.equal(text === '' ? undefined : text);
      expect(request.headersDistinct['sec-websocket-protocol']).to.deep.equal(text === '' ? undefined : [text]);
      expect(request.rawHeaders).to.deep.equal([
        ...['Host', 'localhost', 'Upgrade', 'websocket', 'Connection', 'Upgrade', 'Cookie', 'c', 'Accept', 'd'],
        ...(text === '' ? [] : [PROTOCOLS, text]),
      ]);
      expect('sec-websocket-protocol' in request.headers).to.equal(text !== '');
      expect('sec-websocket-protocol' in request.headersDistinct).to.equal(text !== '');
    });

  it('removes the ticket from raw headers beyond the header limit of Node.js', () => {
    const ticket = newTicket();
    const request = upgradeMessage('/');
    request.rawHeaders.push(PROTOCOLS, `ticketd.${ticket}`, 'Odd');
    stripTicket(request);
    expect(JSON.stringify(request.rawHeaders)).not.to.include(ticket);
    expect(() => request.headersDistinct).not.to.throw();
  });
});
