import { expect } from 'chai';
import { callerOf as callerIn } from '../../../src/auth/caller.ts';
import { TokenRejected } from '../../../src/auth/errors.ts';
import { signedByHand } from '../../support/forged-jwt.ts';
import { thrownBy } from '../../support/rejection.ts';

const EXP = 1_900_000_000;
const CLAIMS = { iss: 'https://idp.example/', sub: 'alice', sessionId: 'session-1', exp: EXP };

/** The caller of a JWT with these claims. */
const callerOf = (claims: Readonly<Record<string, unknown>>, sessionClaim: string) =>
  callerIn(claims, { subjectClaim: 'sub', sessionClaim, ticketClaims: [] }, signedByHand(claims));

describe('caller in a JWT', () => {
  it('has the issuer, the subject, the sessions, the iat and the expiry in milliseconds', () => {
    expect(callerOf({ ...CLAIMS, sid: 'sid-1', iat: EXP - 60 }, 'sessionId')).to.deep.equal({
      issuer: 'https://idp.example/',
      subject: 'alice',
      sessionId: 'session-1',
      claims: undefined,
      sid: 'sid-1',
      sub: undefined,
      issuedAt: EXP - 60,
      expiresAt: EXP * 1000,
    });
  });

  it('has the session from the claim JWT_SESSION_CLAIM, otherwise from sid, otherwise none', () => {
    const { sessionId: _, ...without } = CLAIMS;
    expect(callerOf({ ...CLAIMS, session_state: 'other' }, 'session_state').sessionId).to.equal('other');
    expect(callerOf({ ...CLAIMS, sid: 'sid-1' }, 'sessionId').sessionId).to.equal('session-1');
    expect(callerOf({ ...without, sid: 'sid-1' }, 'sessionId').sessionId).to.equal('sid-1');
    expect(callerOf({ ...CLAIMS, sessionId: null, sid: 'sid-1' }, 'sessionId').sessionId).to.equal('sid-1');
    expect(callerOf(without, 'sessionId').sessionId).to.equal(undefined);
    expect(callerOf({ ...without, sid: null }, 'sessionId').sessionId).to.equal(undefined);
  });

  it('has no issuer when the JWT has no iss', () => {
    for (const iss of [undefined, null]) expect(callerOf({ ...CLAIMS, iss }, 'sessionId').issuer).to.equal(undefined);
  });

  it('may have issuer, subject and session of up to 1,024 characters', () => {
    const long = 'x'.repeat(1024);
    expect(callerOf({ ...CLAIMS, iss: long, sub: long, sessionId: long }, 'sessionId')).to.include({
      issuer: long,
      subject: long,
      sessionId: long,
    });
  });

  const wrong: readonly (readonly [claim: string, values: readonly unknown[], reason: RegExp])[] = [
    ['iss', ['', 42, ['https://idp.example/'], {}, false, 'x'.repeat(1025), '\ud800'], /^iss must be a string/],
    ['sub', [null, '', 4.2, true, ['alice'], { id: 'alice' }, 'x'.repeat(1025), '\ud800'], /^sub must be a string/],
    ['sub', [undefined], /^it has no sub, so it is for no user; .* set JWT_SUBJECT_CLAIM$/],
    ['exp', [undefined, null, String(EXP), Number.NaN, 8_640_000_000_001, Infinity], /^exp must be there/],
    [
      'sessionId',
      ['', 42, ['session-1'], {}, false, 'x'.repeat(1025), '\ud800'],
      /^the session claim must be a string/,
    ],
  ];
  for (const [claim, values, reason] of wrong)
    for (const value of values)
      it(`is rejected with ${claim} ${String(JSON.stringify(value) ?? value).slice(0, 24)}, with the reason only in the log`, () => {
        const error = thrownBy(() => callerOf({ ...CLAIMS, [claim]: value }, 'sessionId'));
        expect(error).to.be.instanceOf(TokenRejected);
        expect(error.message).to.match(reason);
        expect(error).to.include({ publicMessage: undefined });
      });
});
