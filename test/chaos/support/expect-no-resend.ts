import { expect } from 'chai';
import { keyOf } from '../../support/request-ticket.ts';
import { isTicketKey } from '../../support/ticket-keys.ts';
import type { Report } from './observe.ts';

/**
 * No write was done twice, and none that was refused once the outage was known was done at all. `written` has the key of
 * each SET that Redis executed. No client can know the outcome of a request refused before that.
 */
export const expectNoResend = ({ requests, downAt = 0 }: Report, written: readonly string[]): void => {
  const tickets = written.filter(isTicketKey);
  expect(tickets).to.deep.equal([...new Set(tickets)]);
  const received = new Set(requests.flatMap(({ ticket }) => (ticket === undefined ? [] : [keyOf(ticket)])));
  const refusedBefore = requests.filter(({ status, sentAt }) => status === 503 && sentAt < downAt).length;
  expect(tickets.filter((key) => !received.has(key)).length).to.be.at.most(refusedBefore);
};
