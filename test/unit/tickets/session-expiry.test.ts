import { expect } from 'chai';
import { sessionExpiresIn } from '../../../src/tickets/session-expiry.ts';

const ISSUED = Date.UTC(2030, 0, 1);
const TIMES = { issuedAt: ISSUED, ticketExpiresAt: ISSUED + 30_000, expiresAt: ISSUED + 60_000 };

describe('sessionExpiresIn of a redeemed ticket', () => {
  for (const [name, atMs, seconds] of [
    ['when it is issued', 0, 60],
    ['10.5 s after it is issued', 10_500, 49.5],
    ['when the ticket expires', 30_000, 30],
    ['with a clock one hour ahead', 3_600_000, 30],
    ['with a clock one hour behind', -3_600_000, 60],
  ] as const)
    it(`is ${seconds} s ${name}`, () => {
      expect(sessionExpiresIn(TIMES, ISSUED + atMs)).to.equal(seconds);
    });

  it('uses the clock of this machine by default', () => {
    const now = Date.now();
    const times = { issuedAt: now - 1000, ticketExpiresAt: now + 3_600_000, expiresAt: now + 7_200_000 };
    expect(sessionExpiresIn(times)).to.be.within(3_600, 7_200);
  });
});
