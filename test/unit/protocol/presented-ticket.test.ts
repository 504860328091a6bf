import { expect } from 'chai';
import { AmbiguousTicketError, presentedTicket, withoutTicket } from '../../../src/protocol/presented-ticket.ts';

const carriers = (uri: string | undefined, ...protocols: readonly string[]) => ({ uri, protocols });

describe('ticket of a handshake', () => {
  for (const [what, given, ticket] of [
    ['the query', carriers('/?a=1&ticket=x&b'), 'x'],
    ['the query, when the query contains a question mark', carriers('/?a?&ticket=x'), 'x'],
    ['a subprotocol', carriers('/', 'chat', 'ticketd.x'), 'x'],
    ['both, when they are equal', carriers('/?ticket=x', 'ticketd.x'), 'x'],
    ['neither query nor subprotocol', carriers('/ticket=x?tickets=x&Ticket=x', 'ticket.x'), undefined],
    ['nothing when there is no URI', carriers(undefined), undefined],
    ['the query, when it is empty', carriers('/?ticket='), ''],
    ['the query, when it has no value', carriers('/?ticket'), ''],
  ] as const)
    it(`is found in ${what}`, () => {
      expect(presentedTicket(given)).to.equal(ticket);
    });

  for (const [what, given] of [
    ['twice in the query', carriers('/?ticket=x&ticket=x')],
    ['in two subprotocols', carriers('/', 'ticketd.x', 'ticketd.x')],
    ['in both query and subprotocol and differs', carriers('/?ticket=x', 'ticketd.y')],
    ['under a name that is percent-encoded', carriers('/?%74icket=x')],
    ['followed by a fragment', carriers('/?ticket=x#y')],
  ] as const)
    it(`is rejected as ambiguous when it is ${what}`, () => {
      expect(() => presentedTicket(given)).to.throw(AmbiguousTicketError);
    });

  for (const [uri, rest] of [
    ['/?ticket=x', '/'],
    ['/?a=%20+&ticket=x&&b', '/?a=%20+&&b'],
    ['/?ticket=x&a&ticket=y', '/?a'],
    ['/?%74icket=x&a', '/?a'],
    ['/?a?ticket=x', '/?a?ticket=x'],
    ['/a/b?c', '/a/b?c'],
    ['/?', '/?'],
    ['*', '*'],
  ] as const)
    it(`is removed from ${uri}, which leaves ${rest}`, () => {
      expect(withoutTicket(carriers(uri)).uri).to.equal(rest);
    });

  it('is removed from the subprotocols, which leaves the others in order', () => {
    const { protocols } = withoutTicket(carriers('/', 'b', 'ticketd.x', 'a', 'ticketd.'));
    expect(protocols).to.deep.equal(['b', 'a']);
  });
});
