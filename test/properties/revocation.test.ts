import { expect } from 'chai';
import { createIssuer } from '../../src/tickets/issue.ts';
import { createMemoryStore } from '../../src/tickets/memory-store.ts';
import { createRedeemer } from '../../src/tickets/redeem.ts';
import { createRevoker } from '../../src/tickets/revoke.ts';
import type { TicketStore } from '../../src/tickets/store.ts';
import { fc } from '../support/property.ts';

const ALICE = { issuer: undefined, subject: 'alice', sessionId: 'session-1', expiresAt: Date.now() + 3_600_000 };
const UNBOUND = { audience: undefined, channel: undefined, origin: undefined, traceId: 'trace' };

type Step = 'issue' | 'revoke session' | 'revoke subject' | 'redeem';

/** From the call to its return, in order of events. */
interface Span {
  readonly start: number;
  readonly end: number;
}

interface Redeemed extends Span {
  readonly issued: Span;
  readonly outcome: 'redeemed' | 'rejected';
}

/** The scheduler delays each command and its reply; some are lost before or after execution. */
const farStore = (scheduler: fc.Scheduler, isLost: () => boolean): TicketStore => {
  const store = createMemoryStore();
  const travel = async () => {
    await scheduler.schedule(Promise.resolve());
    if (isLost()) throw new Error('lost');
  };
  const far =
    <A extends unknown[], T>(command: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      await travel();
      const reply = await command(...args);
      await travel();
      return reply;
    };
  return {
    ...store,
    put: far(store.put),
    replace: far(store.replace),
    take: far(store.take),
    revoke: far(store.revoke),
    revocationIds: far(store.revocationIds),
  };
};

/** Runs callers concurrently, each with its steps in sequence, and returns the outcomes. */
const play = async (callers: readonly (readonly Step[])[], scheduler: fc.Scheduler, isLost: () => boolean) => {
  const store = farStore(scheduler, isLost);
  const issue = createIssuer({ store, ttlSeconds: 30 });
  const redeem = createRedeemer({ store });
  const revoke = createRevoker({ store });
  const tickets: (Span & { readonly ticket: string })[] = [];
  const revoked: Span[] = [];
  const redeemed: Redeemed[] = [];
  let moment = 0;

  const steps: Readonly<Record<Step, (start: number) => Promise<void>>> = {
    issue: async (start) => {
      const { ticket } = await issue(ALICE, UNBOUND);
      tickets.push({ ticket, start, end: moment++ });
    },
    'revoke session': (start) => revokeFrom(start, 'session'),
    'revoke subject': (start) => revokeFrom(start, 'subject'),
    redeem: async (start) => {
      const issued = tickets.pop();
      if (issued === undefined) return;
      const { outcome } = await redeem({ ticket: issued.ticket, audience: undefined, origin: undefined });
      redeemed.push({ issued, outcome, start, end: moment++ });
    },
  };
  const revokeFrom = async (start: number, scope: 'session' | 'subject') => {
    try {
      await revoke(ALICE, scope);
      revoked.push({ start, end: moment++ });
    } catch {
      // It may take effect at any later time, or never.
      revoked.push({ start, end: Number.POSITIVE_INFINITY });
    }
  };
  const call = async (caller: readonly Step[]) => {
    for (const step of caller) await steps[step](moment++).catch(() => {});
  };
  await scheduler.waitFor(Promise.all(callers.map(call)));
  return { revoked, redeemed };
};

const step = fc.constantFrom<Step>('issue', 'issue', 'revoke session', 'revoke subject', 'redeem', 'redeem');
const callers = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });

describe('revocation with commands and replies in any order', () => {
  for (const [name, losses] of [
    ['no reply lost', fc.constant<readonly number[]>([])],
    ['some replies lost', fc.uniqueArray(fc.nat(60), { maxLength: 6 })],
  ] as const)
    it(`voids the tickets issued before it and none issued after it (${name})`, async () => {
      await fc.assert(
        fc.asyncProperty(callers, fc.scheduler(), losses, async (actors, scheduler, lost) => {
          let travelled = 0;
          const { revoked, redeemed } = await play(actors, scheduler, () => lost.includes(travelled++));
          for (const { issued, outcome, start, end } of redeemed) {
            const isVoid = revoked.some((one) => issued.end < one.start && one.end < start);
            const isValid = revoked.every((one) => one.end < issued.start || end < one.start);
            if (isVoid) expect(outcome).to.equal('rejected');
            if (isValid) expect(outcome).to.equal('redeemed');
          }
        }),
        { numRuns: 1000 },
      );
    });
});
