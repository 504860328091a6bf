import { expect } from 'chai';
import type { Caller } from '../../../src/auth/caller.ts';
import { TokenRejected } from '../../../src/auth/errors.ts';
import { createEndedSessionCheck, type EndedUntil, encodeEnd, laterEnd } from '../../../src/tickets/ended-session.ts';
import { StoreUnavailable } from '../../../src/tickets/errors.ts';
import { createIssuer } from '../../../src/tickets/issue.ts';
import { createMemoryRevocationLog } from '../../../src/tickets/memory-revocation-log.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { createRedeemer } from '../../../src/tickets/redeem.ts';
import { revocableOf, sessionKey, subjectKey } from '../../../src/tickets/revocation-keys.ts';
import { createRevoker, type Revocation, type Revoke } from '../../../src/tickets/revoke.ts';
import type { Mark, TicketStore } from '../../../src/tickets/store.ts';
import { rejectionOf } from '../../support/rejection.ts';

const AT = 1_767_225_600;
const ALICE: Caller = {
  issuer: 'https://idp.example/',
  subject: 'alice',
  sessionId: 'session-1',
  issuedAt: AT,
  expiresAt: Date.now() + 3_600_000,
};
const UNBOUND = { audience: undefined, channel: undefined, origin: undefined, traceId: 'trace' };
const RETENTION_SECONDS = 3600;

const setUp = (over: (store: TicketStore, revoke: Revoke) => Partial<TicketStore> = () => ({})) => {
  const clock = { now: 0 };
  const memory = createMemoryStore(() => clock.now);
  const log = createMemoryRevocationLog();
  const revoke = createRevoker({ store: memory, log, retentionSeconds: RETENTION_SECONDS });
  const store = { ...memory, ...over(memory, revoke) };
  return {
    clock,
    revoke,
    revokeThere: createRevoker({ store, log, retentionSeconds: RETENTION_SECONDS }),
    issue: createIssuer({ store, ttlSeconds: 30 }),
    redeem: createRedeemer({ store, log }),
    check: (caller: Caller) => createEndedSessionCheck(store)(caller, revocableOf(caller, {})),
  };
};

describe('later of two ends', () => {
  for (const [stored, until, later] of [
    [null, AT, AT],
    [null, 'all', 'all'],
    [String(AT), AT - 1, AT],
    [String(AT), AT, AT],
    [String(AT), AT + 1, AT + 1],
    ['999', 1000, 1000],
    [String(AT), 'all', 'all'],
    ['all', AT, 'all'],
    ['all', 'all', 'all'],
  ] as readonly (readonly [string | null, EndedUntil, EndedUntil])[])
    it(`is ${later} when ${stored} is stored and ${until} follows`, () => {
      expect(laterEnd(stored, until)).to.equal(later);
      expect(laterEnd(encodeEnd(later), until)).to.equal(later);
    });
});

describe('JWT after an end', () => {
  const session = sessionKey(ALICE);
  const subject = subjectKey(ALICE);

  for (const [what, revocation, caller, isRejected] of [
    ['of the session, whatever its iat', { keys: [session], endedUntil: 'all' }, { issuedAt: AT + 9 }, true],
    ['of the session, without iat', { keys: [session], endedUntil: 'all' }, { issuedAt: undefined }, true],
    ['of another session', { keys: [session], endedUntil: 'all' }, { sessionId: 'session-2' }, false],
    ['of no session', { keys: [session], endedUntil: 'all' }, { sessionId: undefined }, false],
    ['of the subject, issued before', { keys: [subject], endedUntil: AT }, { issuedAt: AT - 1 }, true],
    ['of the subject, issued in the same second', { keys: [subject], endedUntil: AT }, {}, true],
    ['of the subject, issued within that second', { keys: [subject], endedUntil: AT }, { issuedAt: AT + 0.9 }, true],
    ['of the subject, issued a second later', { keys: [subject], endedUntil: AT }, { issuedAt: AT + 1 }, false],
    ['of the subject, without iat', { keys: [subject], endedUntil: AT }, { issuedAt: undefined }, true],
    ['of the same subject of another issuer', { keys: [subject], endedUntil: AT }, { issuer: undefined }, false],
    ['of a session that was revoked but not ended', { keys: [session] }, {}, false],
    ['of a subject that was revoked but not ended', { keys: [subject] }, { issuedAt: undefined }, false],
  ] as readonly (readonly [string, Revocation, Partial<Caller>, boolean])[])
    it(`is ${isRejected ? 'rejected' : 'accepted'} when it is ${what}`, async () => {
      const { revoke, issue, check } = setUp();
      await revoke(revocation);
      // An id without an end replaces that with the end.
      for (const later of [undefined, { keys: revocation.keys }]) {
        if (later !== undefined) await revoke(later);
        const calls = [issue({ ...ALICE, ...caller }, UNBOUND), check({ ...ALICE, ...caller })];
        const errors = await Promise.all(
          calls.map((call) =>
            call.then(
              () => undefined,
              (error: unknown) => error,
            ),
          ),
        );
        for (const error of errors)
          if (isRejected) expect(error).to.be.instanceOf(TokenRejected).and.include({ reason: 'session_ended' });
          else expect(error).to.equal(undefined);
      }
    });

  it('is accepted again when the retention has passed', async () => {
    const { clock, revoke, check } = setUp();
    await revoke({ keys: [session], endedUntil: 'all' });
    clock.now = RETENTION_SECONDS * 1000 - 1;
    expect(await rejectionOf(check(ALICE))).to.be.instanceOf(TokenRejected);
    clock.now += 1;
    await check(ALICE);
  });

  it('is rejected when an earlier end is stored after or during its own', async () => {
    const until = (endedUntil: EndedUntil): Revocation => ({ keys: [subject], endedUntil });
    const after = setUp();
    await after.revoke(until(AT));
    await after.revoke(until(AT - 300));
    expect(await rejectionOf(after.check(ALICE))).to.be.instanceOf(TokenRejected);

    let ended: Promise<void> | undefined;
    const during = setUp((store, revoke) => ({
      marks: async (marks) => {
        const values = await store.marks(marks);
        ended ??= revoke(until(AT));
        await ended;
        return values;
      },
    }));
    await during.revokeThere(until(AT - 300));
    expect(await rejectionOf(during.check(ALICE))).to.be.instanceOf(TokenRejected);
  });

  for (const [what, follow] of [
    ['', async () => {}],
    [' and another revocation follows', (revoke: Revoke) => revoke({ keys: [session] })],
  ] as const)
    it(`gets no redeemable ticket while its session ends${what}, also if each mark is on another server`, async () => {
      let ended: Promise<void> | undefined;
      const { issue, redeem } = setUp((store, revoke) => ({
        marks: async (marks) => {
          const values = new Map<Mark, string | null>();
          const read = async (kind: Mark['kind']) => {
            for (const mark of marks) if (mark.kind === kind) values.set(mark, (await store.marks([mark]))[0] ?? null);
          };
          await read('ended');
          ended ??= revoke({ keys: [session], endedUntil: 'all' }).then(() => follow(revoke));
          await ended;
          await read('revocation');
          return marks.map((mark) => values.get(mark) ?? null);
        },
      }));
      const issued = await issue(ALICE, UNBOUND).catch((error: unknown) => error);
      if (issued instanceof TokenRejected) return;
      const { ticket } = issued as { readonly ticket: string };
      expect((await redeem({ ticket, audience: undefined, origin: undefined })).outcome).to.equal('rejected');
    });

  it('gets no ticket and no 401 when the store does not know', async () => {
    const outage = new StoreUnavailable();
    const { issue, check } = setUp(() => ({ marks: () => Promise.reject(outage) }));
    expect(await rejectionOf(check(ALICE))).to.equal(outage);
    expect(await rejectionOf(issue(ALICE, UNBOUND))).to.equal(outage);
  });
});
