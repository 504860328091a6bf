import { expect } from 'chai';
import { traceIdOf } from '../../../src/protocol/trace-id.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { token } from '../../support/jwt.ts';

describe('X-Request-Id that looks like a secret', () => {
  it('is not used as the trace id', () => {
    const [header = ''] = token().split('.');
    for (const secret of [newTicket(), header])
      expect(traceIdOf({ 'x-request-id': secret })).to.match(/^[0-9a-f]{32}$/);
  });

  it('is used when it only contains a word of a secret', () => {
    expect(traceIdOf({ 'x-request-id': 'ticket-1.jwt_2' })).to.equal('ticket-1.jwt_2');
  });
});
