import { expect } from 'chai';
import { positionOf } from '../../../src/protocol/revocation-entry.ts';
import { OutcomeUnknown, StoreUnavailable } from '../../../src/tickets/errors.ts';
import { createIssuer } from '../../../src/tickets/issue.ts';
import { createMemoryRevocationLog } from '../../../src/tickets/memory-revocation-log.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import type { Presentation } from '../../../src/tickets/presentation.ts';
import type { Binding } from '../../../src/tickets/record.ts';
import { createRedeemer } from '../../../src/tickets/redeem.ts';
import type { TicketStore } from '../../../src/tickets/store.ts';
import { digestOf, newTicket, ticketIdOf } from '../../../src/tickets/ticket.ts';
import { rejectionOf } from '../../support/rejection.ts';

const START = Date.UTC(2030, 0, 1);
const ALICE = {
  issuer: 'https://idp.example/',
  subject: 'alice',
  sessionId: 'session-1',
  expiresAt: START + 3_600_000,
};
const UNBOUND = { audience: undefined, channel: undefined, origin: undefined, traceId: 'trace-of-issue' };
const ORIGIN = 'https://app.example';

const setUp = (over: Partial<TicketStore> = {}) => {
  const clock = { now: START };
  const now = () => clock.now;
  const store = { ...createMemoryStore(now), ...over };
  const issue = createIssuer({ store, ttlSeconds: 30, now });
  const redeem = createRedeemer({ store, log: createMemoryRevocationLog(now) });
  const present = (ticket: string, how: Partial<Presentation> = {}) =>
    redeem({ ticket, audience: undefined, origin: undefined, ...how });
  const reasonFor = async (ticket: string, how: Partial<Presentation> = {}) => {
    const redemption = await present(ticket, how);
    return redemption.outcome === 'rejected' ? redemption.reason : redemption.outcome;
  };
  return { clock, issue, present, reasonFor };
};

describe('redeem', () => {
  it('returns everything the ticket was issued with, once', async () => {
    const { issue, present } = setUp();
    const { ticket, ticketId } = await issue(ALICE, { ...UNBOUND, audience: 'chat', channel: 'room', origin: ORIGIN });
    const redemption = await present(ticket, { audience: 'chat', origin: ORIGIN });
    expect(redemption).to.deep.equal({
      outcome: 'redeemed',
      ticketId,
      record: {
        ...ALICE,
        audience: 'chat',
        channel: 'room',
        claims: undefined,
        origin: ORIGIN,
        path: undefined,
        traceId: 'trace-of-issue',
        issuedAt: START,
        ticketExpiresAt: START + 30_000,
        otherKeys: undefined,
        revocationIds: undefined,
      },
      revocationPosition: positionOf(START, 0),
    });
    expect(await present(ticket, { audience: 'chat', origin: ORIGIN })).to.deep.equal({
      outcome: 'rejected',
      reason: 'used',
      ticketId,
    });
  });

  it('rejects a ticket with a wrong form or checksum without asking the store', async () => {
    const take = () => Promise.reject(new Error('asked'));
    const { reasonFor } = setUp({ take });
    const ticket = newTicket();
    for (const text of ['', 'wst_', ticket.slice(0, -1), `${ticket}A`, ticket.toUpperCase(), `${ticket} `])
      expect(await reasonFor(text), text).to.equal('malformed');
    const flipped = ticket.slice(0, 10) + (ticket[10] === 'A' ? 'B' : 'A') + ticket.slice(11);
    expect(await reasonFor(flipped)).to.equal('malformed');
  });

  it('returns "unknown" for a ticket that was never issued or has expired', async () => {
    const { clock, issue, present, reasonFor } = setUp();
    const never = newTicket();
    expect(await present(never)).to.deep.equal({
      outcome: 'rejected',
      reason: 'unknown',
      ticketId: ticketIdOf(digestOf(never)),
    });
    const { ticket } = await issue(ALICE, UNBOUND);
    clock.now += 30_000;
    expect(await reasonFor(ticket)).to.equal('unknown');
  });

  it('uses no clock: only the store expires a ticket', async () => {
    const store = createMemoryStore();
    const [past, future] = [() => Date.now() - 3_600_000, () => Date.now() + 3_600_000];
    const redeem = createRedeemer({ store, log: createMemoryRevocationLog() });
    for (const now of [past, future]) {
      const { ticket } = await createIssuer({ store, ttlSeconds: 30, now })(
        { ...ALICE, expiresAt: Date.now() + 24 * 3_600_000 },
        UNBOUND,
      );
      const { outcome } = await redeem({ ticket, audience: undefined, origin: undefined });
      expect(outcome).to.equal('redeemed');
    }
  });

  const bindings: readonly [string, Partial<Binding>, Partial<Presentation>, string][] = [
    ['an audience, presented with that audience,', { audience: 'chat' }, { audience: 'chat' }, 'redeemed'],
    ['an audience, presented with another one,', { audience: 'chat' }, { audience: 'Chat' }, 'audience'],
    ['an audience, presented with none,', { audience: 'chat' }, {}, 'audience'],
    ['no audience, presented with any,', {}, { audience: 'chat' }, 'redeemed'],
    ['an origin, presented from that origin,', { origin: ORIGIN }, { origin: ORIGIN }, 'redeemed'],
    ['an origin, presented from another one,', { origin: ORIGIN }, { origin: `${ORIGIN}:444` }, 'origin'],
    ['an origin, when the gateway reports none,', { origin: ORIGIN }, {}, 'redeemed'],
    ['an origin, when the handshake had none,', { origin: ORIGIN }, { origin: null }, 'origin'],
    ['an origin, when the handshake had an empty one,', { origin: ORIGIN }, { origin: '' }, 'origin'],
    ['no origin, presented from any,', {}, { origin: ORIGIN }, 'redeemed'],
    ['no origin, when the handshake had none,', {}, { origin: null }, 'redeemed'],
  ];
  for (const [name, bound, presented, outcome] of bindings)
    it(`consumes a ticket with ${name} with the result ${outcome}`, async () => {
      const { issue, reasonFor } = setUp();
      const { ticket } = await issue(ALICE, { ...UNBOUND, ...bound });
      expect(await reasonFor(ticket, presented)).to.equal(outcome);
      expect(await reasonFor(ticket, bound)).to.equal('used');
    });

  it('rejects with OutcomeUnknown when the revocation lookup fails', async () => {
    const store = createMemoryStore();
    const outage = new StoreUnavailable();
    const { ticket } = await createIssuer({ store, ttlSeconds: 30 })(
      { ...ALICE, expiresAt: Date.now() + 24 * 3_600_000 },
      UNBOUND,
    );
    const { present } = setUp({ ...store, marks: () => Promise.reject(outage) });
    const error = await rejectionOf(present(ticket));
    expect(error).to.be.instanceOf(OutcomeUnknown);
    expect(error.cause).to.equal(outage);
  });
});
