import { createSecretKey } from 'node:crypto';
import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createAuthentication } from '../../../src/auth/caller.ts';
import { KeysUnavailable, TokenRejected } from '../../../src/auth/errors.ts';
import type { KeyLookup } from '../../../src/auth/key-source.ts';
import { createTrustedKeys } from '../../../src/auth/trusted-keys.ts';
import { createVerifiedJwts, digestOf } from '../../../src/auth/verified-jwts.ts';
import { configOf } from '../../support/config.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { rejectionOf } from '../../support/rejection.ts';

const keyOf = (secret: string) => createSecretKey(Buffer.from(secret));
const settled = (...secrets: readonly string[]): KeyLookup => ({ outcome: 'settled', keys: secrets.map(keyOf) });
const OTHER = 'x'.repeat(32);

describe('authentication of a JWT that was accepted before', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime(Date.UTC(2026, 0, 1));
  });
  afterEach(() => clock.restore());

  /** An authentication whose keys can be changed, which has accepted a JWT once. */
  const accepted = async (claims = {}) => {
    let lookup = settled(SECRET);
    const verified = createVerifiedJwts();
    const source = {
      algorithms: ['HS256' as const],
      keysFor: async () => lookup,
      explainMisfit: () => 'no key fits',
    };
    const { jwt: settings } = await configOf({ JWT_AUDIENCE: 'api' });
    const authenticate = createAuthentication(settings, createTrustedKeys({ sources: [source] }), [], verified);
    const jwt = token({ aud: 'api', ...claims });
    expect(await authenticate(jwt)).to.include({ subject: 'alice' });
    expect(verified.size).to.equal(1);
    return {
      jwt,
      verified,
      authenticate,
      trust: (other: KeyLookup) => {
        lookup = other;
      },
    };
  };

  it('needs no second check of the signature while the key is trusted', async () => {
    const { jwt, verified, authenticate } = await accepted();
    const before = verified.find(digestOf(jwt));
    expect(await authenticate(jwt)).to.include({ subject: 'alice' });
    expect(verified.find(digestOf(jwt))).to.equal(before);
  });

  it('needs no check of the signature with the keys of a source before that of its key', async () => {
    const checked: string[] = [];
    const sourceOf = (name: string, lookup: KeyLookup) => ({
      algorithms: ['HS256' as const],
      keysFor: async () => lookup,
      explainMisfit: () => {
        checked.push(name);
        return 'no key fits';
      },
    });
    const sources = [sourceOf('first', settled(OTHER)), sourceOf('second', settled(SECRET))];
    const authenticate = createAuthentication((await configOf({})).jwt, createTrustedKeys({ sources }));
    const jwt = token();
    await authenticate(jwt);
    expect(checked).to.deep.equal(['first']);
    await authenticate(jwt);
    expect(checked).to.deep.equal(['first']);
  });

  it('accepts it with another object for the same key, and keeps that', async () => {
    const { jwt, verified, authenticate, trust } = await accepted();
    const before = verified.find(digestOf(jwt))?.key;
    trust(settled(OTHER, SECRET));
    expect(await authenticate(jwt)).to.include({ subject: 'alice' });
    expect(verified.find(digestOf(jwt))?.key).to.not.equal(before);
    expect(verified.size).to.equal(1);
  });

  it('refuses it once its key is gone, and forgets it', async () => {
    const { jwt, verified, authenticate, trust } = await accepted();
    trust(settled(OTHER));
    expect(await rejectionOf(authenticate(jwt))).to.include({ reason: 'signature' });
    expect(verified.size).to.equal(0);
  });

  it('refuses it while its key is unavailable', async () => {
    const { jwt, authenticate, trust } = await accepted();
    trust({ outcome: 'unavailable', why: 'too old', retryAfterMs: 1_000 });
    expect(await rejectionOf(authenticate(jwt))).to.be.instanceOf(KeysUnavailable);
    trust({ outcome: 'none', reason: 'unknown_key', why: 'not in the key set' });
    expect(await rejectionOf(authenticate(jwt))).to.include({ reason: 'unknown_key' });
  });

  it('refuses it once it has expired, and forgets it', async () => {
    const { jwt, verified, authenticate } = await accepted({ exp: Date.UTC(2026, 0, 1) / 1000 + 60 });
    clock.tick(58_000);
    expect(await authenticate(jwt)).to.include({ subject: 'alice' });
    clock.tick(2_000);
    expect(await rejectionOf(authenticate(jwt))).to.include({ reason: 'expired' });
    expect(verified.size).to.equal(0);
  });

  it('refuses one with the same content and another signature', async () => {
    const { jwt, authenticate } = await accepted();
    const forged = `${jwt.slice(0, jwt.lastIndexOf('.'))}.${'A'.repeat(43)}`;
    expect(await rejectionOf(authenticate(forged))).to.include({ reason: 'signature' });
  });

  it('remembers no JWT that it refuses', async () => {
    const { verified, authenticate } = await accepted();
    for (const claims of [{ aud: 'other' }, { aud: 'api', sub: undefined }, { aud: 'api', exp: 1 }])
      expect(await rejectionOf(authenticate(token(claims)))).to.be.instanceOf(TokenRejected);
    expect(verified.size).to.equal(1);
  });
});

describe('verified JWTs', () => {
  const like = (jwt: string) =>
    ({ header: { alg: 'HS256', kid: undefined }, claims: {}, key: keyOf(SECRET), characters: jwt.length }) as const;
  const filled = (limits: { maxEntries: number; maxCharacters: number }, ...jwts: readonly string[]) => {
    const cache = createVerifiedJwts(limits);
    for (const jwt of jwts) cache.add(jwt, like(jwt));
    return cache;
  };

  it('are limited in number, and the one that was used least recently goes first', () => {
    const cache = filled({ maxEntries: 2, maxCharacters: 100 }, 'a', 'b');
    cache.find('a');
    cache.add('c', like('c'));
    expect(['a', 'b', 'c'].map((jwt) => cache.find(jwt) !== undefined)).to.deep.equal([true, false, true]);
  });

  it('are limited by their length together', () => {
    const cache = filled({ maxEntries: 100, maxCharacters: 10 }, 'aaaa', 'bbbb', 'cccc');
    expect(cache.size).to.equal(2);
    cache.add('bbbb', like('bbbb'));
    cache.remove('cccc');
    cache.add('dddddd', like('dddddd'));
    expect(cache.size).to.equal(2);
    cache.add('e', like('e'.repeat(11)));
    expect(cache.size).to.equal(0);
  });
});
