import { expect } from 'chai';
import type { Caller } from '../../../src/auth/caller.ts';
import { createSessionEnder, type SessionsToEnd } from '../../../src/tickets/end-sessions.ts';
import { createIssuer } from '../../../src/tickets/issue.ts';
import { createMemoryRevocationLog } from '../../../src/tickets/memory-revocation-log.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { createRedeemer } from '../../../src/tickets/redeem.ts';
import { createRevoker } from '../../../src/tickets/revoke.ts';

const AT = 1_767_225_600;
const ONE = 'https://one.example/';
const TWO = 'https://two.example/';
const UNBOUND = { audience: undefined, channel: undefined, origin: undefined, traceId: 'trace' };

const caller = (issuer: string | undefined, sessionId: string | undefined, issuedAt = AT): Caller => ({
  issuer,
  subject: 'alice',
  sessionId,
  issuedAt,
  expiresAt: Date.now() + 3_600_000,
});

/** Callers by name, each of which has a ticket before the end and asks for one after it. */
const CALLERS: Readonly<Record<string, Caller>> = {
  'one, session 1': caller(ONE, 'session-1'),
  'one, session 2': caller(ONE, 'session-2'),
  'two, session 1': caller(TWO, 'session-1'),
  'none, session 1': caller(undefined, 'session-1'),
  'one, no session': caller(ONE, undefined),
  'one, new login': caller(ONE, 'session-3', AT + 1),
  'one, bob': { ...caller(ONE, 'session-1'), subject: 'bob' },
};

const setUp = (defaultIssuer: string | undefined) => {
  const store = createMemoryStore();
  const log = createMemoryRevocationLog();
  const anyIssuer = defaultIssuer === undefined;
  const issue = createIssuer({ store, ttlSeconds: 30, anyIssuer });
  const redeem = createRedeemer({ store, log });
  const revoke = createRevoker({ store, log, retentionSeconds: 3600 });
  return { issue, redeem, end: createSessionEnder({ revoke, defaultIssuer, anyIssuer, now: () => AT * 1000 + 999 }) };
};

const rejects = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => false,
    ({ reason }) => reason === 'session_ended',
  );

describe('end of sessions by a back end', () => {
  const everyone = Object.keys(CALLERS).filter((name) => name !== 'one, bob');
  const older = everyone.filter((name) => name !== 'one, new login');
  const ofOne = everyone.filter((name) => name.startsWith('one'));

  for (const [what, defaultIssuer, sessions, voided, ended] of [
    ['a session of the issuer in JWT_ISSUER', ONE, { sessionId: 'session-1' }, ['one, session 1'], ['one, session 1']],
    [
      'a session of a named issuer',
      undefined,
      { sessionId: 'session-1', issuer: TWO },
      ['two, session 1'],
      ['two, session 1'],
    ],
    [
      'a session, whatever the issuer',
      undefined,
      { sessionId: 'session-1' },
      ['one, session 1', 'two, session 1', 'none, session 1'],
      ['one, session 1', 'two, session 1', 'none, session 1'],
    ],
    ['a subject of the issuer in JWT_ISSUER', ONE, {}, ofOne, ofOne.filter((name) => older.includes(name))],
    ['a subject of a named issuer', undefined, { issuer: TWO }, ['two, session 1'], ['two, session 1']],
    ['a subject, whatever the issuer', undefined, {}, everyone, older],
  ] as readonly (readonly [string, string | undefined, Partial<SessionsToEnd>, readonly string[], readonly string[]])[])
    it(`voids the tickets and ends the JWTs of ${what}, and no others`, async () => {
      const { issue, redeem, end } = setUp(defaultIssuer);
      const tickets = new Map<string, string>();
      for (const [name, one] of Object.entries(CALLERS)) tickets.set(name, (await issue(one, UNBOUND)).ticket);
      await end({ subject: 'alice', sessionId: undefined, issuer: undefined, ...sessions });

      const found: { voided: string[]; ended: string[] } = { voided: [], ended: [] };
      for (const [name, ticket] of tickets) {
        const { outcome } = await redeem({ ticket, audience: undefined, origin: undefined });
        if (outcome === 'rejected') found.voided.push(name);
      }
      for (const [name, one] of Object.entries(CALLERS)) if (await rejects(issue(one, UNBOUND))) found.ended.push(name);
      expect(found).to.deep.equal({ voided, ended });
    });
});
