import { expect } from 'chai';
import { AmbiguousTicketError, presentedTicket, withoutTicket } from '../../src/protocol/presented-ticket.ts';
import { newTicket } from '../../src/tickets/ticket.ts';
import { fc, textOf, thrownBy, wellFormed } from '../support/property.ts';

const ticket = fc.constant(undefined).map(newTicket);

describe('ticket in a handshake', () => {
  const name = wellFormed({ maxLength: 6 }).map((text) => encodeURIComponent(`x${text}`));
  const others = fc.array(
    fc.tuple(name, name).map((pair) => pair.join('=')),
    { maxLength: 4 },
  );

  it('is found among other query parameters and is the only one removed', () => {
    fc.assert(
      fc.property(ticket, others, others, (text, before, behind) => {
        const uri = `/ws?${[...before, `ticket=${text}`, ...behind].join('&')}`;
        expect(presentedTicket({ uri, protocols: [] })).to.equal(text);
        const rest = [...before, ...behind].join('&');
        expect(withoutTicket({ uri, protocols: [] }).uri).to.equal(rest === '' ? '/ws' : `/ws?${rest}`);
      }),
    );
  });

  it('is ambiguous when there are two tickets, or one twice in the query', () => {
    const two = fc.tuple(ticket, ticket, fc.boolean()).map(([one, other, same]) => [one, same ? one : other]);
    fc.assert(
      fc.property(two, others, fc.boolean(), ([one, other], between, asProtocol) => {
        const query = [`ticket=${one}`, ...between, ...(asProtocol ? [] : [`ticket=${other}`])].join('&');
        const protocols = asProtocol ? ['chat', `ticketd.${other}`] : [];
        const error = thrownBy(() => presentedTicket({ uri: `/ws?${query}`, protocols }), AmbiguousTicketError);
        expect(error !== undefined).to.equal(one !== other || !asProtocol);
      }),
    );
  });

  it('is completely removed from any URI and protocols that are not ambiguous', () => {
    const uri = textOf('/', '?', '&', '=', 'ticket', 'tick%65t', '%', '%zz', '#', '+', newTicket(), 'ticket=', ';');
    const protocols = fc.array(textOf('ticketd.', 'chat', newTicket(), ','), { maxLength: 3 });
    fc.assert(
      fc.property(uri, protocols, (text, offered) => {
        const carriers = { uri: text, protocols: offered };
        if (thrownBy(() => presentedTicket(carriers), AmbiguousTicketError) !== undefined) return;
        expect(presentedTicket(withoutTicket(carriers))).to.equal(undefined);
      }),
    );
  });
});
