import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import type { Caller } from '../../../src/auth/caller.ts';
import { StoreUnavailable } from '../../../src/tickets/errors.ts';
import { createIssuer } from '../../../src/tickets/issue.ts';
import { createMemoryRevocationLog } from '../../../src/tickets/memory-revocation-log.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { createRedeemer } from '../../../src/tickets/redeem.ts';
import { sessionKey, subjectKey } from '../../../src/tickets/revocation-keys.ts';
import { createRevoker } from '../../../src/tickets/revoke.ts';
import { createCallerRevoker, type RevokeScope } from '../../../src/tickets/revoke-caller.ts';
import type { TicketStore } from '../../../src/tickets/store.ts';
import { rejectionOf } from '../../support/rejection.ts';

const ALICE: Caller = {
  issuer: 'https://idp.example/',
  subject: 'alice',
  sessionId: 'session-1',
  expiresAt: Date.now() + 24 * 3_600_000,
};
const UNBOUND = { audience: undefined, channel: undefined, origin: undefined, traceId: 'trace' };

const setUp = (over: Partial<TicketStore> = {}) => {
  const clock = { now: 0 };
  const store = { ...createMemoryStore(() => clock.now), ...over };
  const issue = createIssuer({ store, ttlSeconds: 300 });
  const log = createMemoryRevocationLog();
  const redeem = createRedeemer({ store, log });
  const revoke = createCallerRevoker({ store, revoke: createRevoker({ store, log, retentionSeconds: 3600 }) });
  return {
    clock,
    store,
    revoke: (caller: Caller, scope: RevokeScope) => revoke(caller, { scope, end: false }),
    ticketOf: async (caller: Partial<Caller> = {}) => (await issue({ ...ALICE, ...caller }, UNBOUND)).ticket,
    outcomeOf: async (ticket: string) => {
      const redemption = await redeem({ ticket, audience: undefined, origin: undefined });
      return redemption.outcome === 'rejected' ? redemption.reason : redemption.outcome;
    },
  };
};

describe('revoke', () => {
  it('revokes every outstanding ticket of the session, and of no other session', async () => {
    const { ticketOf, outcomeOf, revoke } = setUp();
    const [one, two] = [await ticketOf(), await ticketOf()];
    const others: readonly Partial<Caller>[] = [
      { sessionId: 'session-2' },
      { sessionId: undefined },
      { subject: 'bob' },
      { issuer: 'https://other.example/' },
      { issuer: undefined },
    ];
    const spared = await Promise.all(others.map(ticketOf));
    await revoke(ALICE, 'session');
    for (const ticket of [one, two]) expect(await outcomeOf(ticket)).to.equal('revoked');
    for (const [number, ticket] of spared.entries())
      expect(await outcomeOf(ticket), JSON.stringify(others[number])).to.equal('redeemed');
  });

  it('revokes every outstanding ticket of the subject in any session, and of no other subject', async () => {
    const { ticketOf, outcomeOf, revoke } = setUp();
    const tickets = [
      await ticketOf(),
      await ticketOf({ sessionId: 'session-2' }),
      await ticketOf({ sessionId: undefined }),
    ];
    const spared = [await ticketOf({ subject: 'bob' }), await ticketOf({ issuer: 'https://other.example/' })];
    await revoke(ALICE, 'subject');
    for (const ticket of tickets) expect(await outcomeOf(ticket)).to.equal('revoked');
    for (const ticket of spared) expect(await outcomeOf(ticket)).to.equal('redeemed');
  });

  it('revokes the tickets without a session when the caller has no session', async () => {
    const { ticketOf, outcomeOf, revoke } = setUp();
    const [without, within] = [await ticketOf({ sessionId: undefined }), await ticketOf()];
    await revoke({ ...ALICE, sessionId: undefined }, 'session');
    expect(await outcomeOf(without)).to.equal('revoked');
    expect(await outcomeOf(within)).to.equal('redeemed');
  });

  it('leaves every ticket valid that is issued afterwards, even in the same millisecond', async function () {
    this.timeout(1000);
    const { ticketOf, outcomeOf, revoke } = setUp();
    const clock = useFakeTimers({ now: Date.now(), toFake: ['Date'] });
    try {
      for (const scope of ['session', 'subject', 'session'] as const) {
        await revoke(ALICE, scope);
        expect(await outcomeOf(await ticketOf())).to.equal('redeemed');
      }
    } finally {
      clock.restore();
    }
  });

  it('keeps tickets revoked when it runs a second time', async () => {
    const { ticketOf, outcomeOf, revoke } = setUp();
    const first = await ticketOf();
    await revoke(ALICE, 'session');
    const second = await ticketOf();
    await revoke(ALICE, 'session');
    const third = await ticketOf();
    await revoke(ALICE, 'subject');
    for (const ticket of [first, second, third]) expect(await outcomeOf(ticket)).to.equal('revoked');
  });

  it('keeps a ticket revoked for the longest ticket lifetime plus one minute', async () => {
    const { clock, ticketOf, outcomeOf, revoke, store } = setUp();
    const ticket = await ticketOf();
    await revoke(ALICE, 'session');
    clock.now = 299_999;
    expect(await outcomeOf(ticket)).to.equal('revoked');
    clock.now = 359_999;
    expect(await store.marks([{ kind: 'revocation', key: sessionKey(ALICE) }])).to.not.include(null);
    clock.now = 360_000;
    expect(await store.marks([{ kind: 'revocation', key: sessionKey(ALICE) }])).to.deep.equal([null]);
  });

  it('leaves a ticket valid that was issued after the revocation and outlives the stored revocation', async () => {
    const { clock, ticketOf, outcomeOf, revoke } = setUp();
    await revoke(ALICE, 'session');
    clock.now = 359_999;
    const ticket = await ticketOf();
    clock.now = 360_000;
    expect(await outcomeOf(ticket)).to.equal('redeemed');
  });

  it('stores a new random id each time, under a key that does not contain the caller', async () => {
    const calls: string[][] = [];
    const { revoke } = setUp({
      mark: async ({ key }, id) => {
        calls.push([key, id]);
        return null;
      },
    });
    for (const scope of ['session', 'session', 'subject'] as const) await revoke(ALICE, scope);
    expect(new Set(calls.map(([, id]) => id)).size).to.equal(3);
    for (const text of calls.flat()) expect(text).to.match(/^[\w-]{22}$/);
    expect(calls.map(([key]) => key)).to.deep.equal([sessionKey(ALICE), sessionKey(ALICE), subjectKey(ALICE)]);
  });

  it('resolves when the store has written the revocation, and rejects when the store fails', async () => {
    const outage = new StoreUnavailable();
    const { revoke } = setUp({ mark: () => Promise.reject(outage) });
    expect(await rejectionOf(revoke(ALICE, 'session'))).to.equal(outage);
  });
});
