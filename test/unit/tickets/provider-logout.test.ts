import { expect } from 'chai';
import { TokenRejected } from '../../../src/auth/errors.ts';
import type { LogoutToken } from '../../../src/auth/logout-token.ts';
import { StoreUnavailable } from '../../../src/tickets/errors.ts';
import { createProviderLogout } from '../../../src/tickets/provider-logout.ts';
import { providerSessionKey, providerSubjectKey, subjectKey } from '../../../src/tickets/revocation-keys.ts';
import type { Revocation } from '../../../src/tickets/revoke.ts';
import { rejectionOf } from '../../support/rejection.ts';

const TOKEN: LogoutToken = {
  issuer: 'https://idp.example/',
  subject: 'alice',
  sessionId: 'session-1',
  tokenId: 'jti-1',
  issuedAt: 1_767_225_600,
};

const WITHOUT_SESSION: LogoutToken = { ...TOKEN, sessionId: undefined, tokenId: 'jti-2' };
const BY_SESSION: Revocation = { keys: [providerSessionKey(TOKEN.issuer, 'session-1')], endedUntil: 'all' };

type Step = 'marks' | 'revoke' | 'mark';

/** A logout on a map; the step `failing` fails. */
const rig = (subjectClaim = 'sub') => {
  const used = new Map<string, number>();
  const revoked: Revocation[] = [];
  const state: { failing?: Step } = {};
  const failIf = (step: Step) => {
    if (state.failing === step) throw new StoreUnavailable();
  };
  const logOut = createProviderLogout({
    store: {
      marks: async (marks) => {
        failIf('marks');
        return marks.map(({ kind, key }) => (used.has(`${kind} ${key}`) ? 'used' : null));
      },
      mark: async ({ kind, key }, _value, ttlMs) => {
        failIf('mark');
        used.set(`${kind} ${key}`, ttlMs);
        return null;
      },
    },
    revoke: async (revocation) => {
      failIf('revoke');
      revoked.push(revocation);
    },
    subjectClaim,
  });
  return { used, revoked, state, logOut };
};

describe('logout by an identity provider', () => {
  it('ends the session that the token names, also without a subject', async () => {
    const { revoked, logOut } = rig();
    await logOut(TOKEN);
    await logOut({ ...TOKEN, subject: undefined, tokenId: 'jti-2' });
    expect(revoked).to.deep.equal([BY_SESSION, BY_SESSION]);
  });

  for (const [subjectClaim, key] of [
    ['sub', subjectKey({ issuer: TOKEN.issuer, subject: 'alice' })],
    ['user_id', providerSubjectKey(TOKEN.issuer, 'alice')],
  ] as const)
    it(`ends all sessions of the subject until iat by a token without sid, when tickets have ${subjectClaim} as subject`, async () => {
      const { revoked, logOut } = rig(subjectClaim);
      await logOut(WITHOUT_SESSION);
      expect(revoked).to.deep.equal([{ keys: [key], endedUntil: TOKEN.issuedAt }]);
    });

  it('refuses the same jti again, and ends nothing', async () => {
    const { revoked, logOut } = rig();
    await logOut(TOKEN);
    const error = await rejectionOf(logOut({ ...TOKEN, sessionId: 'session-2' }));
    expect(error).to.be.instanceOf(TokenRejected);
    expect(error).to.include({ reason: 'claims', message: 'its jti was used before' });
    expect(revoked).to.have.lengthOf(1);
  });

  it('accepts the same jti of another issuer', async () => {
    const { revoked, logOut } = rig();
    await logOut(TOKEN);
    await logOut({ ...TOKEN, issuer: 'https://other.example/' });
    expect(revoked).to.have.lengthOf(2);
  });

  for (const failing of ['marks', 'revoke', 'mark'] as const)
    it(`lets the provider send the token again when ${failing} fails`, async () => {
      const { revoked, state, used, logOut } = rig();
      state.failing = failing;
      expect(await rejectionOf(logOut(TOKEN))).to.be.instanceOf(StoreUnavailable);
      expect(used).to.have.property('size', 0);
      delete state.failing;
      await logOut(TOKEN);
      expect(revoked.at(-1)).to.deep.equal(BY_SESSION);
      expect(used).to.have.property('size', 1);
    });

  it('remembers the jti for longer than its token is accepted, under a key that shows neither issuer nor jti', async () => {
    const { used, logOut } = rig();
    await logOut(TOKEN);
    const [[key, ttlMs]] = [...used] as [[string, number]];
    expect(key).to.match(/^logoutToken [\w-]{22}$/);
    // Five minutes from an iat that is ahead by the largest clock tolerance.
    expect(ttlMs).to.be.greaterThan(600_000);
  });
});
