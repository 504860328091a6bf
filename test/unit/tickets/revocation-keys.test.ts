import { expect } from 'chai';
import type { Caller } from '../../../src/auth/caller.ts';
import {
  providerSessionKey,
  revocableOf,
  revocationKeysOf,
  sessionKey,
  sessionOfAnyIssuerKey,
  subjectKey,
  subjectOfAnyIssuerKey,
} from '../../../src/tickets/revocation-keys.ts';

const ISSUER = 'https://idp.example/';
const ALICE: Caller = { issuer: ISSUER, subject: 'alice', sessionId: 'session-1', expiresAt: 0 };

describe('revocation keys', () => {
  it('differ when issuer, subject or session differ, whatever characters they contain', () => {
    const callers = [
      { issuer: undefined, subject: 'a', sessionId: 'b' },
      { issuer: undefined, subject: 'a', sessionId: undefined },
      { issuer: undefined, subject: 'a', sessionId: 'null' },
      { issuer: 'null', subject: 'a', sessionId: 'b' },
      { issuer: 'a', subject: 'b', sessionId: undefined },
      { issuer: 'a', subject: 'b', sessionId: 'c' },
      { issuer: 'a","b', subject: 'c', sessionId: undefined },
      { issuer: 'a', subject: 'b","c', sessionId: undefined },
      { issuer: 'ab', subject: 'c', sessionId: 'd' },
      { issuer: 'a', subject: 'bc', sessionId: 'd' },
    ];
    const keys = callers.map(sessionKey);
    expect(new Set(keys).size).to.equal(callers.length);
    expect(new Set(callers.map(subjectKey)).size).to.equal(7);
    expect(callers.map(subjectKey).filter((key) => keys.includes(key))).to.deep.equal([]);
  });

  it('are 22 characters of base64url, all different for the same names', () => {
    const name = 'a';
    const names = { issuer: name, subject: name, sessionId: name };
    const keys = [
      subjectKey(names),
      sessionKey(names),
      providerSessionKey(name, name),
      providerSessionKey(undefined, name),
      subjectOfAnyIssuerKey(names),
      sessionOfAnyIssuerKey(names),
      sessionOfAnyIssuerKey({ ...names, sessionId: undefined }),
    ];
    for (const key of keys) expect(key).to.match(/^[\w-]{22}$/);
    expect(new Set(keys).size).to.equal(keys.length);
  });

  const [subject, session] = [subjectKey(ALICE), sessionKey(ALICE)];
  const bySid = providerSessionKey(ISSUER, 'sid-1');
  const ofAnyIssuer = [subjectOfAnyIssuerKey(ALICE), sessionOfAnyIssuerKey(ALICE)];
  const none = { issuer: undefined };

  for (const [what, caller, anyIssuer, keys] of [
    ['subject and session', {}, false, [subject, session]],
    ['sid, if the JWT has one', { sid: 'sid-1' }, false, [subject, session, bySid]],
    ['any issuer, if back ends may leave it out', {}, true, [subject, session, ...ofAnyIssuer]],
    ['sid and any issuer', { sid: 'sid-1' }, true, [subject, session, bySid, ...ofAnyIssuer]],
    [
      'no issuer, which is the same as any',
      none,
      true,
      [subjectKey({ ...ALICE, ...none }), sessionKey({ ...ALICE, ...none })],
    ],
  ] as readonly (readonly [string, Partial<Caller>, boolean, readonly string[]])[])
    it(`of a ticket are those of its ${what}, in this order`, () => {
      const revocable = revocableOf({ ...ALICE, ...caller }, { anyIssuer });
      expect(revocationKeysOf(revocable)).to.deep.equal(keys);
      // A stored record has them as they were at its issue.
      expect(revocationKeysOf(JSON.parse(JSON.stringify(revocable)))).to.deep.equal(keys);
    });
});
