import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import type { Caller } from '../../../src/auth/caller.ts';
import { TokenRejected } from '../../../src/auth/errors.ts';
import { StoreUnavailable } from '../../../src/tickets/errors.ts';
import { createMemoryRevocationLog } from '../../../src/tickets/memory-revocation-log.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { sessionKey, subjectKey } from '../../../src/tickets/revocation-keys.ts';
import { createRevoker, type Revocation } from '../../../src/tickets/revoke.ts';
import { type CallerRevocation, createCallerRevoker } from '../../../src/tickets/revoke-caller.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { rejectionOf } from '../../support/rejection.ts';

const AT = 1_767_225_600;
const ALICE: Caller = {
  issuer: 'https://idp.example/',
  subject: 'alice',
  sessionId: 'session-1',
  issuedAt: AT - 60,
  expiresAt: (AT + 3600) * 1000,
};
const SESSION: CallerRevocation = { scope: 'session', end: false };
const LOGOUT: CallerRevocation = { scope: 'session', end: true };

describe('revocation by a user', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime(AT * 1000 + 999);
  });
  afterEach(() => clock.restore());

  const setUp = () => {
    const store = createMemoryStore();
    const revoke = createRevoker({ store, log: createMemoryRevocationLog(), retentionSeconds: 3600 });
    const stored: Revocation[] = [];
    const record = async (revocation: Revocation) => {
      stored.push(revocation);
      await revoke(revocation);
    };
    return { stored, revoke: createCallerRevoker({ store, revoke: record }) };
  };

  const none = { sessionId: undefined };
  for (const [what, revocation, caller, key, endedUntil] of [
    ['the session', SESSION, {}, sessionKey(ALICE), undefined],
    ['all of the subject', { scope: 'subject', end: false }, {}, subjectKey(ALICE), undefined],
    ['and ends the session', LOGOUT, {}, sessionKey(ALICE), 'all'],
    ['and ends what is in no session until now', LOGOUT, none, sessionKey({ ...ALICE, ...none }), AT],
    ['and ends the subject until now', { scope: 'subject', end: true }, {}, subjectKey(ALICE), AT],
    [
      'and ends a JWT from the future',
      { scope: 'subject', end: true },
      { issuedAt: AT + 30 },
      subjectKey(ALICE),
      AT + 30,
    ],
    ['and ends a JWT without iat', { scope: 'subject', end: true }, { issuedAt: undefined }, subjectKey(ALICE), AT],
  ] as readonly (readonly [string, CallerRevocation, Partial<Caller>, string, Revocation['endedUntil']])[])
    it(`revokes ${what}; the JWT is ${endedUntil === undefined ? 'still accepted' : 'rejected'} afterwards`, async () => {
      const { stored, revoke } = setUp();
      await revoke({ ...ALICE, ...caller }, revocation);
      const expected = [{ keys: [key] }, ...(endedUntil === undefined ? [] : [{ keys: [key], endedUntil }])];
      expect(stored).to.deep.equal(expected);
      const again = revoke({ ...ALICE, ...caller }, SESSION);
      if (endedUntil === undefined) await again;
      else
        expect(await rejectionOf(again))
          .to.be.instanceOf(TokenRejected)
          .and.include({ reason: 'session_ended' });
      expect(stored).to.have.length(2);
    });

  it('can be sent again when the log could not be written, also with an end', async () => {
    const store = createMemoryStore();
    const log = createMemoryRevocationLog();
    const start = await log.lastPosition();
    let fails = true;
    const append = async (key: string) => {
      if (fails) throw new StoreUnavailable();
      await log.append(key);
    };
    const revokeCaller = createCallerRevoker({
      store,
      revoke: createRevoker({ store, log: { append }, retentionSeconds: 3600 }),
    });
    expect(await rejectionOf(revokeCaller(ALICE, LOGOUT))).to.be.instanceOf(StoreUnavailable);
    fails = false;
    await revokeCaller(ALICE, LOGOUT);
    const keys = (await log.entriesAfter(start, 10))?.map(({ key }) => key);
    expect([...new Set(keys)]).to.deep.equal([sessionKey(ALICE)]);
    expect(await rejectionOf(revokeCaller(ALICE, SESSION))).to.be.instanceOf(TokenRejected);
  });

  it('is limited to 10 of each subject in 10 seconds', async () => {
    const { stored, revoke } = setUp();
    for (let count = 0; count < 10; count += 1) {
      await revoke({ ...ALICE, sessionId: `session-${count}` }, count % 2 ? SESSION : { scope: 'subject', end: false });
      clock.tick(100);
    }
    const refused = await rejectionOf(revoke(ALICE, SESSION));
    expect(refused).to.include({
      name: 'RateLimited',
      publicMessage: 'At most 10 revocations in 10 seconds',
      retryInSeconds: 9,
    });
    await revoke({ ...ALICE, subject: 'bob' }, SESSION);
    await revoke({ ...ALICE, issuer: undefined }, SESSION);
    expect(stored).to.have.length(12);
    clock.tick(9000);
    await revoke(ALICE, SESSION);
  });

  it('rejects with the error of the store', async () => {
    const outage = new StoreUnavailable();
    const fails = () => Promise.reject(outage);
    const store = createMemoryStore();
    const unread = createCallerRevoker({ store: { marks: fails }, revoke: async () => {} });
    const unstored = createCallerRevoker({ store, revoke: fails });
    for (const revoke of [unread, unstored]) expect(await rejectionOf(revoke(ALICE, LOGOUT))).to.equal(outage);
  });
});
