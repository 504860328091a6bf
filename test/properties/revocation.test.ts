import { expect } from 'chai';
import type { Caller } from '../../src/auth/caller.ts';
import { TokenRejected } from '../../src/auth/errors.ts';
import type { Position } from '../../src/protocol/revocation-entry.ts';
import type { EndedUntil } from '../../src/tickets/ended-session.ts';
import { createIssuer } from '../../src/tickets/issue.ts';
import { createMemoryRevocationLog } from '../../src/tickets/memory-revocation-log.ts';
import { createMemoryStore } from '../../src/tickets/memory-store.ts';
import { createRedeemer } from '../../src/tickets/redeem.ts';
import { sessionKey, subjectKey } from '../../src/tickets/revocation-keys.ts';
import { createRevoker } from '../../src/tickets/revoke.ts';
import type { TicketStore } from '../../src/tickets/store.ts';
import { fc } from '../support/property.ts';

const ALICE = { issuer: undefined, subject: 'alice', expiresAt: Date.now() + 3_600_000 };
const OLD: Caller = { ...ALICE, sessionId: 'session-1', issuedAt: 1000 };
const NEW: Caller = { ...ALICE, sessionId: 'session-2', issuedAt: 2000 };
const UNBOUND = { audience: undefined, channel: undefined, origin: undefined, traceId: 'trace' };

interface RevokeStep {
  readonly revoke: 'old session' | 'new session' | 'subject';
  readonly endedUntil?: EndedUntil;
}

type Step = { readonly issue: 'old' | 'new' } | RevokeStep | 'redeem';

const CALLERS = { old: OLD, new: NEW };
const KEYS = { 'old session': sessionKey(OLD), 'new session': sessionKey(NEW), subject: subjectKey(OLD) };

/** From the call to its return, in order of events. */
interface Span {
  readonly start: number;
  readonly end: number;
}

interface Issued extends Span {
  readonly caller: Caller;
  readonly ticket: string | undefined;
  readonly error?: unknown;
}

interface Revoked extends Span, RevokeStep {
  /** Of its entry in the log, unless the command was lost. */
  readonly position: Position | undefined;
}

interface Redeemed extends Span {
  readonly issued: Issued;
  readonly outcome: 'redeemed' | 'rejected';
  readonly revocationPosition: Position | undefined;
}

const concerns = ({ revoke }: Revoked, caller: Caller): boolean =>
  [subjectKey(caller), sessionKey(caller)].includes(KEYS[revoke]);

const ends = (one: Revoked, caller: Caller): boolean =>
  concerns(one, caller) &&
  one.endedUntil !== undefined &&
  (one.endedUntil === 'all' || Number(caller.issuedAt) <= one.endedUntil);

/** Whether another end began before this one returned and still lasts: it may show for a moment in place of this one. */
const isBeingReplaced = (one: Revoked, revoked: readonly Revoked[], moment: number): boolean =>
  revoked.some(
    (other) =>
      other.revoke === one.revoke && other.endedUntil !== undefined && other.start < one.end && other.end > moment,
  );

/** The scheduler delays each command and its reply; some are lost before or after execution. */
const travels = (scheduler: fc.Scheduler, isLost: () => boolean) => {
  const travel = async () => {
    await scheduler.schedule(Promise.resolve());
    if (isLost()) throw new Error('lost');
  };
  return <A extends unknown[], T>(command: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      await travel();
      const reply = await command(...args);
      await travel();
      return reply;
    };
};

type Far = ReturnType<typeof travels>;

const farStore = (far: Far): TicketStore => {
  const store = createMemoryStore();
  const readOne = far(store.marks);
  return {
    ...store,
    put: far(store.put),
    replace: far(store.replace),
    take: far(store.take),
    mark: far(store.mark),
    // In a cluster each mark is on a server of its own.
    marks: async (marks) => (await Promise.all(marks.map((mark) => readOne([mark])))).flat(),
  };
};

/** A log whose entries reach the reader of this process in order, each after so many delays. */
const farLog = (far: Far, scheduler: fc.Scheduler, lag: number) => {
  const log = createMemoryRevocationLog();
  let read = log.recentPosition();
  let arrival = Promise.resolve();
  log.follow({
    onEntries: ([entry]) => {
      arrival = arrival.then(async () => {
        for (let delay = 0; delay < lag; delay += 1) await scheduler.schedule(Promise.resolve());
        read = entry?.position;
      });
    },
    onReset: () => {},
    onDelayed: () => {},
  });
  return {
    lastPosition: far(log.lastPosition),
    recentPosition: () => read,
    /** Calls `stored` with the position of the entry, also if the reply is lost. */
    append: far(async (key: string, stored: (position: Position | undefined) => void) => {
      const appended = log.append(key);
      stored(log.recentPosition());
      await appended;
    }),
  };
};

/** Runs callers concurrently, each with its steps in sequence, and returns the outcomes. */
const play = async (
  callers: readonly (readonly Step[])[],
  scheduler: fc.Scheduler,
  lag: number,
  isLost: () => boolean,
) => {
  const far = travels(scheduler, isLost);
  const store = farStore(far);
  const log = farLog(far, scheduler, lag);
  const issue = createIssuer({ store, ttlSeconds: 30 });
  const redeem = createRedeemer({ store, log });
  const tickets: Issued[] = [];
  const issued: Issued[] = [];
  const revoked: Revoked[] = [];
  const redeemed: Redeemed[] = [];
  let moment = 0;

  const issueFor = async (caller: Caller, start: number) => {
    const { ticket, error } = await issue(caller, UNBOUND).then(
      ({ ticket }) => ({ ticket, error: undefined }),
      (error: unknown) => ({ ticket: undefined, error }),
    );
    const attempt = { caller, ticket, error, start, end: moment++ };
    issued.push(attempt);
    if (ticket !== undefined) tickets.push(attempt);
  };
  const revoke = async (step: RevokeStep, start: number) => {
    let position: Position | undefined;
    const append = (key: string) =>
      log.append(key, (stored) => {
        position = stored;
      });
    const { endedUntil } = step;
    try {
      await createRevoker({ store, log: { append }, retentionSeconds: 3600 })({
        keys: [KEYS[step.revoke]],
        endedUntil,
      });
      revoked.push({ ...step, position, start, end: moment++ });
    } catch {
      // It may take effect at any later time, or never.
      revoked.push({ ...step, position, start, end: Number.POSITIVE_INFINITY });
    }
  };
  const redeemLast = async (start: number) => {
    const last = tickets.pop();
    if (last?.ticket === undefined) return;
    const redemption = await redeem({ ticket: last.ticket, audience: undefined, origin: undefined });
    const revocationPosition = redemption.outcome === 'redeemed' ? redemption.revocationPosition : undefined;
    redeemed.push({ issued: last, outcome: redemption.outcome, revocationPosition, start, end: moment++ });
  };
  const take = (step: Step, start: number): Promise<void> => {
    if (step === 'redeem') return redeemLast(start);
    return 'issue' in step ? issueFor(CALLERS[step.issue], start) : revoke(step, start);
  };
  const call = async (steps: readonly Step[]) => {
    for (const step of steps) await take(step, moment++).catch(() => {});
  };
  await scheduler.waitFor(Promise.all(callers.map(call)));
  return { issued, revoked, redeemed };
};

const step: fc.Arbitrary<Step> = fc.constantFrom<Step>(
  { issue: 'old' },
  { issue: 'old' },
  { issue: 'new' },
  { revoke: 'old session' },
  { revoke: 'subject' },
  { revoke: 'old session', endedUntil: 'all' },
  { revoke: 'subject', endedUntil: 999 },
  { revoke: 'subject', endedUntil: 1500 },
  'redeem',
  'redeem',
  'redeem',
);
const callers = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });

// A reader that is up to date, late, or far behind.
const lags = fc.constantFrom(1, 10, 100);

type Played = Awaited<ReturnType<typeof play>>;

const PROPERTIES: Readonly<Record<string, (played: Played) => void>> = {
  'voids the tickets issued before it and none issued after it': ({ revoked, redeemed }) => {
    for (const { issued, outcome, start, end } of redeemed) {
      const concerning = revoked.filter((one) => concerns(one, issued.caller));
      const isVoid = concerning.some((one) => issued.end < one.start && one.end < start);
      const isValid = concerning.every((one) => one.end < issued.start || end < one.start);
      if (isVoid) expect(outcome).to.equal('rejected');
      if (isValid) expect(outcome).to.equal('redeemed');
    }
  },
  'lets no JWT of an ended session get a ticket, and every other JWT': ({ issued, revoked }) => {
    for (const { caller, ticket, error, start, end } of issued) {
      const ending = revoked.filter((one) => ends(one, caller));
      if (ending.some((one) => one.end < start && !isBeingReplaced(one, revoked, start)))
        expect(ticket).to.equal(undefined);
      if (ending.every((one) => end < one.start)) expect(error).to.not.be.instanceOf(TokenRejected);
    }
  },
  'leaves no ticket of an ended session redeemable': ({ revoked, redeemed }) => {
    for (const { issued, outcome, start } of redeemed) {
      const ending = revoked.filter((one) => ends(one, issued.caller) && !isBeingReplaced(one, revoked, issued.start));
      if (ending.some((one) => one.end < start)) expect(outcome).to.equal('rejected');
    }
  },
  'has its entry after the position of every socket that it closes, and up to that of every newer one': ({
    revoked,
    redeemed,
  }) => {
    for (const { issued, revocationPosition } of redeemed)
      for (const one of revoked) {
        if (revocationPosition === undefined || one.position === undefined) continue;
        if (!concerns(one, issued.caller)) continue;
        const endsIt = ends(one, issued.caller) && !isBeingReplaced(one, revoked, issued.start);
        if (issued.end < one.start || endsIt) expect(one.position > revocationPosition).to.equal(true);
        if (one.end < issued.start) expect(one.position <= revocationPosition).to.equal(true);
      }
  },
};

describe('revocation with commands and replies in any order', () => {
  for (const [name, losses] of [
    ['no reply lost', fc.constant<readonly number[]>([])],
    ['some replies lost', fc.uniqueArray(fc.nat(60), { maxLength: 6 })],
  ] as const)
    for (const [property, check] of Object.entries(PROPERTIES))
      it(`${property} (${name})`, async () => {
        await fc.assert(
          fc.asyncProperty(callers, fc.scheduler(), lags, losses, async (actors, scheduler, lag, lost) => {
            let travelled = 0;
            check(await play(actors, scheduler, lag, () => lost.includes(travelled++)));
          }),
          { numRuns: 400 },
        );
      });
});
