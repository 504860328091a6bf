import { expect } from 'chai';
import { TokenRejected } from '../../../src/auth/errors.ts';
import type { LogoutToken } from '../../../src/auth/logout-token.ts';
import { StoreUnavailable } from '../../../src/tickets/errors.ts';
import { createProviderLogout } from '../../../src/tickets/provider-logout.ts';
import { rejectionOf } from '../../support/rejection.ts';

const TOKEN: LogoutToken = {
  issuer: 'https://idp.example/',
  subject: 'alice',
  sessionId: 'session-1',
  tokenId: 'jti-1',
  issuedAt: 1_767_225_600,
};

type Step = 'isUsed' | 'endSessions' | 'markUsed';

/** A logout on a map; the step `failing` fails. */
const rig = () => {
  const used = new Map<string, number>();
  const ended: LogoutToken[] = [];
  const state: { failing?: Step } = {};
  const failIf = (step: Step) => {
    if (state.failing === step) throw new StoreUnavailable();
  };
  const logOut = createProviderLogout({
    usedTokens: {
      isUsed: async (key) => {
        failIf('isUsed');
        return used.has(key);
      },
      markUsed: async (key, ttlMs) => {
        failIf('markUsed');
        used.set(key, ttlMs);
      },
    },
    endSessions: async (token) => {
      failIf('endSessions');
      ended.push(token);
    },
  });
  return { used, ended, state, logOut };
};

describe('logout by an identity provider', () => {
  it('ends what the token names, also without a subject', async () => {
    const { ended, logOut } = rig();
    const withoutSubject = { ...TOKEN, subject: undefined, tokenId: 'jti-2' };
    await logOut(TOKEN);
    await logOut(withoutSubject);
    expect(ended).to.deep.equal([TOKEN, withoutSubject]);
  });

  it('refuses the same jti again, and ends nothing', async () => {
    const { ended, logOut } = rig();
    await logOut(TOKEN);
    const error = await rejectionOf(logOut({ ...TOKEN, sessionId: 'session-2' }));
    expect(error).to.be.instanceOf(TokenRejected);
    expect(error).to.include({ reason: 'claims', message: 'its jti was used before' });
    expect(ended).to.have.lengthOf(1);
  });

  it('accepts the same jti of another issuer', async () => {
    const { ended, logOut } = rig();
    await logOut(TOKEN);
    await logOut({ ...TOKEN, issuer: 'https://other.example/' });
    expect(ended).to.have.lengthOf(2);
  });

  for (const failing of ['isUsed', 'endSessions', 'markUsed'] as const)
    it(`lets the provider send the token again when ${failing} fails`, async () => {
      const { ended, state, used, logOut } = rig();
      state.failing = failing;
      expect(await rejectionOf(logOut(TOKEN))).to.be.instanceOf(StoreUnavailable);
      expect(used).to.have.property('size', 0);
      delete state.failing;
      await logOut(TOKEN);
      expect(ended.at(-1)).to.equal(TOKEN);
    });

  it('remembers the jti for longer than its token is accepted, under a key that shows neither issuer nor jti', async () => {
    const { used, logOut } = rig();
    await logOut(TOKEN);
    const [[key, ttlMs]] = [...used] as [[string, number]];
    expect(key).to.match(/^[\w-]{22}$/);
    // Five minutes from an iat that is ahead by the largest clock tolerance.
    expect(ttlMs).to.be.greaterThan(600_000);
  });
});
