import { expect } from 'chai';
import { MisconfigurationError } from '../../../src/gateway/misconfiguration-error.ts';
import { identityOf, redeemFromRedis } from '../../../src/gateway/redeem-from-redis.ts';
import { FIRST_POSITION } from '../../../src/protocol/revocation-entry.ts';
import type { TicketRecord } from '../../../src/tickets/record.ts';
import { revocationKeysOf } from '../../../src/tickets/revocation-keys.ts';
import { newTicket } from '../../../src/tickets/ticket.ts';

const RECORD: TicketRecord = {
  issuer: 'https://issuer.test',
  subject: 'alice',
  sessionId: 'session-1',
  audience: 'chat',
  channel: 'room/1',
  claims: { tenant: 'acme' },
  origin: undefined,
  traceId: 't',
  issuedAt: 1_000_000,
  ticketExpiresAt: 1_030_000,
  expiresAt: 1_300_000,
  revocationIds: undefined,
};

const REDEEMED = {
  outcome: 'redeemed',
  ticketId: 'id',
  record: RECORD,
  revocationPosition: FIRST_POSITION,
} as const;

describe('ticketd/gateway redeem from Redis', () => {
  it('returns the identity of the ticket record', () => {
    expect(identityOf(REDEEMED, 1_010_000)).to.deep.equal({
      issuer: 'https://issuer.test',
      subject: 'alice',
      sessionId: 'session-1',
      audience: 'chat',
      channel: 'room/1',
      claims: { tenant: 'acme' },
      issuedAt: new Date(1_000_000),
      sessionExpiresAt: new Date(1_300_000),
      sessionExpiresIn: 290,
      revocationKeys: revocationKeysOf(RECORD),
      revocationPosition: FIRST_POSITION,
    });
  });

  for (const [what, now, left] of [
    ['at the issue', 1_000_000, 300],
    ['at the expiry of the ticket', 1_030_000, 270],
    ['before the issue: the clock is wrong', 999_999, 300],
    ['after the expiry of the ticket: the clock is wrong', 1_030_001, 270],
    ['far ahead: the clock is wrong', 9_000_000, 270],
  ] as const)
    it(`returns a sessionExpiresIn of ${left} s with a clock ${what}`, () => {
      expect(identityOf(REDEEMED, now).sessionExpiresIn).to.equal(left);
    });

  it('refuses with 503 as misconfigured before start()', async () => {
    const redeemer = redeemFromRedis({ url: 'redis://127.0.0.1:1' }, 1000, () => {});
    expect(redeemer.isReady()).to.equal(false);
    const handshake = { ticket: newTicket(), audience: undefined, origin: undefined, traceId: 't' };
    const result = await redeemer.redeem(handshake);
    const refusal = result.outcome === 'refused' ? result.refusal : expect.fail('admitted');
    expect(refusal).to.include({ errorCode: 'WS_TICKET_REDIS_NOT_READY', traceId: 't' });
    expect(refusal.cause).to.be.instanceOf(MisconfigurationError);
    await redeemer.close();
    const error = await redeemer.start().catch((reason: Error) => reason);
    expect(error).to.be.instanceOf(Error).with.property('message', 'the gateway was closed');
  });
});
