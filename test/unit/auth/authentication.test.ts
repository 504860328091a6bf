import { createSecretKey } from 'node:crypto';
import { expect } from 'chai';
import { createAuthentication } from '../../../src/auth/caller.ts';
import { KeysUnavailable, TokenRejected } from '../../../src/auth/errors.ts';
import type { KeyLookup } from '../../../src/auth/key-source.ts';
import { createTrustedKeys } from '../../../src/auth/trusted-keys.ts';
import { configOf } from '../../support/config.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { rejectionOf } from '../../support/rejection.ts';

const KEY = createSecretKey(Buffer.from(SECRET));
const SETTLED: KeyLookup = { outcome: 'settled', keys: [KEY] };
const REASON = 'its key may not be published yet';

/** Authenticates a JWT with a key source that replies with `lookup`, and records what the key source was asked. */
const authenticate = async (jwt: string, lookup: KeyLookup) => {
  const asked: (number | undefined)[] = [];
  const keysFor = async (_header: unknown, issuedAt: () => number | undefined) => {
    asked.push(issuedAt());
    return lookup;
  };
  const authentication = createAuthentication(
    (await configOf({})).jwt,
    createTrustedKeys({ sources: [{ algorithms: ['HS256'], keysFor, explainMisfit: () => 'no key fits' }] }),
  );
  return { asked, caller: authentication(jwt) };
};

const rejectionFor = async (jwt: string, lookup: KeyLookup = SETTLED) =>
  rejectionOf((await authenticate(jwt, lookup)).caller);

describe('authentication of a JWT', () => {
  it('returns the caller when the key source has the key', async () => {
    const { caller } = await authenticate(token(), SETTLED);
    expect(await caller).to.include({ subject: 'alice', sessionId: 'session-1' });
  });

  it('rejects the JWT when the key source has no key for it', async () => {
    const error = await rejectionFor(token(), { outcome: 'none', reason: 'unknown_key', why: 'no such kid' });
    expect(error).to.be.instanceOf(TokenRejected);
    expect(error).to.include({ reason: 'unknown_key', message: 'no such kid' });
  });

  it('accepts the JWT when one of several keys fits', async () => {
    const other = createSecretKey(Buffer.from('x'.repeat(32)));
    const { caller } = await authenticate(token(), { outcome: 'settled', keys: [other, KEY] });
    expect(await caller).to.include({ subject: 'alice' });
  });

  for (const [what, jwt, reason] of [
    ['is signed with another key', () => token({}, { secret: 'x'.repeat(32) }), /^no key fits$/],
    ['has expired', () => token({ exp: 1 }), /^it expired \d+ s ago by the clock of ticketd$/],
    ['has no subject', () => token({ sub: undefined }), /^it has no sub, so it is for no user/],
    [
      'was issued in the future',
      () => token({ iat: 9_999_999_999 }),
      /^its iat is \d+ s ahead of the clock of ticketd$/,
    ],
    ['is no JWT', () => 'hunter2', /^it is not three parts in base64url: it has no dots/],
  ] as const)
    it(`rejects a JWT that ${what}, with the reason for the log`, async () => {
      const error = await rejectionFor(jwt());
      expect(error).to.be.instanceOf(TokenRejected);
      expect(error.message).to.match(reason);
      expect(error).to.include({ publicMessage: undefined });
    });

  for (const [retryAfterMs, retryInSeconds] of [
    [5_000, 5],
    [4_001, 5],
    [4_000, 4],
    [1, 1],
    [0, 1],
    [-3_000, 1],
    [Number.NEGATIVE_INFINITY, 1],
  ] as const)
    it(`throws KeysUnavailable for ${retryInSeconds} s when keys are unavailable for ${retryAfterMs} ms`, async () => {
      const error = await rejectionFor(token(), { outcome: 'unavailable', why: REASON, retryAfterMs });
      expect(error).to.be.instanceOf(KeysUnavailable);
      expect(error).to.include({ retryInSeconds, message: REASON });
    });

  it('passes the unverified iat of the JWT to the key source', async () => {
    const { asked, caller } = await authenticate(token({ iat: 7 }, { secret: 'x'.repeat(32) }), SETTLED);
    expect(await rejectionOf(caller)).to.be.instanceOf(TokenRejected);
    expect(asked).to.deep.equal([7]);
  });

  it('rejects an algorithm that is not allowed without asking the key source', async () => {
    const jwt = token({}, { algorithm: 'HS512', secret: 'x'.repeat(64) });
    const { asked, caller } = await authenticate(jwt, { outcome: 'unavailable', why: REASON, retryAfterMs: 1_000 });
    expect(await rejectionOf(caller)).to.be.instanceOf(TokenRejected);
    expect(asked).to.deep.equal([]);
  });
});
