import { expect } from 'chai';
import { RequestError } from '../../../src/errors/request-error.ts';
import type { Binding } from '../../../src/tickets/binding.ts';
import { createIssuer } from '../../../src/tickets/issue.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { createRedeemer, type Presentation } from '../../../src/tickets/redeem.ts';
import { createRevoker } from '../../../src/tickets/revoke.ts';
import type { TicketStore } from '../../../src/tickets/store.ts';
import { digestOf, newTicket, ticketIdOf } from '../../../src/tickets/ticket.ts';
import { rejectionOf } from '../../support/rejection.ts';

const START = Date.UTC(2030, 0, 1);
const ALICE = { subject: 'alice', sessionId: 'session-1', expiresAt: START + 3_600_000 };
const UNBOUND = { audience: undefined, channel: undefined, origin: undefined, traceId: 'trace-of-issue' };
const ORIGIN = 'https://app.example';

const setUp = (over: Partial<TicketStore> = {}) => {
  const clock = { now: START };
  const now = () => clock.now;
  const store = { ...createMemoryStore(now), ...over };
  const issue = createIssuer({ store, ttlSeconds: 30, now });
  const redeem = createRedeemer({ store, now });
  const revoke = createRevoker({ store, now: () => clock.now++ });
  const present = (ticket: string, how: Partial<Presentation> = {}) =>
    redeem({ ticket, audience: undefined, origin: undefined, originKnown: false, ...how });
  const reasonFor = async (ticket: string, how: Partial<Presentation> = {}) => {
    const redemption = await present(ticket, how);
    return redemption.outcome === 'rejected' ? redemption.reason : redemption.outcome;
  };
  return { clock, store, issue, present, reasonFor, revoke };
};

describe('redeeming a ticket', () => {
  it('gives all that it was issued with, once', async () => {
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
        origin: ORIGIN,
        traceId: 'trace-of-issue',
        issuedAt: START,
        ticketExpiresAt: START + 30_000,
      },
    });
    expect(await present(ticket, { audience: 'chat', origin: ORIGIN })).to.deep.equal({
      outcome: 'rejected',
      reason: 'used',
      ticketId,
    });
  });

  it('refuses what has not a ticket’s form or checksum without asking the store', async () => {
    const take = () => Promise.reject(new Error('asked'));
    const { reasonFor } = setUp({ take });
    const ticket = newTicket();
    for (const text of ['', 'wst_', ticket.slice(0, -1), `${ticket}A`, ticket.toUpperCase(), `${ticket} `])
      expect(await reasonFor(text), text).to.equal('malformed');
    const flipped = ticket.slice(0, 10) + (ticket[10] === 'A' ? 'B' : 'A') + ticket.slice(11);
    expect(await reasonFor(flipped)).to.equal('malformed');
  });

  it('does not know a ticket that was never issued, or has expired', async () => {
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

  it('refuses an expired ticket also where the store still has it', async () => {
    const { clock, store, issue, reasonFor } = setUp();
    const { ticket } = await issue(ALICE, UNBOUND);
    const taken = await store.take(digestOf(ticket));
    store.take = async () => taken;
    clock.now += 30_000;
    expect(await reasonFor(ticket)).to.equal('unknown');
  });

  const bindings: readonly [string, Partial<Binding>, Partial<Presentation>, string][] = [
    ['an audience under that audience', { audience: 'chat' }, { audience: 'chat' }, 'redeemed'],
    ['an audience under another', { audience: 'chat' }, { audience: 'Chat' }, 'audience'],
    ['an audience under none', { audience: 'chat' }, {}, 'audience'],
    ['no audience under any', {}, { audience: 'chat' }, 'redeemed'],
    ['an origin with that origin', { origin: ORIGIN }, { origin: ORIGIN, originKnown: true }, 'redeemed'],
    ['an origin with another', { origin: ORIGIN }, { origin: `${ORIGIN}:444` }, 'origin'],
    ['an origin where the handshake is not known', { origin: ORIGIN }, {}, 'redeemed'],
    ['an origin where the handshake had none', { origin: ORIGIN }, { originKnown: true }, 'origin'],
    ['no origin with any', {}, { origin: ORIGIN, originKnown: true }, 'redeemed'],
  ];
  for (const [name, bound, presented, outcome] of bindings)
    it(`takes a ticket with ${name} as ${outcome}, and burns it`, async () => {
      const { issue, reasonFor } = setUp();
      const { ticket } = await issue(ALICE, { ...UNBOUND, ...bound });
      expect(await reasonFor(ticket, presented)).to.equal(outcome);
      expect(await reasonFor(ticket, { ...bound, originKnown: true })).to.equal('used');
    });

  it('says that the ticket may be spent where its revocation could not be looked up', async () => {
    const revokedUntil = () => Promise.reject(new RequestError('WS_TICKET_REDIS_NOT_READY', 'down'));
    const { issue, present } = setUp({ revokedUntil });
    const { ticket } = await issue(ALICE, UNBOUND);
    expect(await rejectionOf(present(ticket))).to.include({ code: 'WS_TICKET_OUTCOME_UNKNOWN' });
  });
});

describe('revoking', () => {
  it('voids every outstanding ticket of the session, and of no other', async () => {
    const { issue, reasonFor, revoke } = setUp();
    const [one, two] = [await issue(ALICE, UNBOUND), await issue(ALICE, UNBOUND)];
    const otherSession = await issue({ ...ALICE, sessionId: 'session-2' }, UNBOUND);
    const sameSessionIdOfBob = await issue({ ...ALICE, subject: 'bob' }, UNBOUND);
    await revoke(ALICE, 'session');
    expect(await reasonFor(one.ticket)).to.equal('revoked');
    expect(await reasonFor(two.ticket)).to.equal('revoked');
    expect(await reasonFor(otherSession.ticket)).to.equal('redeemed');
    expect(await reasonFor(sameSessionIdOfBob.ticket)).to.equal('redeemed');
  });

  it('voids every outstanding ticket of the subject, whatever its session', async () => {
    const { issue, reasonFor, revoke } = setUp();
    const tickets = [
      await issue(ALICE, UNBOUND),
      await issue({ ...ALICE, sessionId: 'session-2' }, UNBOUND),
      await issue({ ...ALICE, sessionId: undefined }, UNBOUND),
    ];
    const bobs = await issue({ ...ALICE, subject: 'bob' }, UNBOUND);
    await revoke(ALICE, 'subject');
    for (const { ticket } of tickets) expect(await reasonFor(ticket)).to.equal('revoked');
    expect(await reasonFor(bobs.ticket)).to.equal('redeemed');
  });

  it('of a caller without a session voids the tickets of that subject that have none', async () => {
    const { issue, reasonFor, revoke } = setUp();
    const nobodys = { ...ALICE, sessionId: undefined };
    const [without, within] = [await issue(nobodys, UNBOUND), await issue(ALICE, UNBOUND)];
    await revoke(nobodys, 'session');
    expect(await reasonFor(without.ticket)).to.equal('revoked');
    expect(await reasonFor(within.ticket)).to.equal('redeemed');
  });

  it('leaves a ticket that is issued right afterwards valid', async () => {
    const { issue, reasonFor, revoke } = setUp();
    await revoke(ALICE, 'session');
    const { ticket } = await issue(ALICE, UNBOUND);
    expect(await reasonFor(ticket)).to.equal('redeemed');
  });

  it('holds for the longest life that a ticket may be given', async () => {
    const seen: unknown[] = [];
    const { revoke } = setUp({ revoke: async (...args) => void seen.push(args) });
    await revoke(ALICE, 'subject');
    expect(seen).to.have.length(1);
    expect((seen[0] as unknown[])[2]).to.equal(300_000);
  });
});
