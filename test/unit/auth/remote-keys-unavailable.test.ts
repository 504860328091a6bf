import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import type { KeyLookup } from '../../../src/auth/key-source.ts';
import { eventually, type FrozenKeys, freezeKeys, NOW_MS, numberOfKeys } from '../../support/frozen-keys.ts';
import { ecKey } from '../../support/signing-key.ts';

const [first, second] = [ecKey('first'), ecKey('second')];
const COOL_DOWN_MS = 5_000;
const REFRESH_MS = 300_000;
const TEN_MINUTES = 600;
const FETCHED_AT = NOW_MS / 1000;

const fail: RequestListener = (_req, res) => void res.writeHead(503).end();

/** In how many milliseconds to retry, or how many keys there are. */
const inShort = (lookup: KeyLookup): string =>
  lookup.outcome === 'unavailable' ? `unavailable for ${lookup.retryAfterMs} ms` : `${numberOfKeys(lookup)} keys`;

describe('JWKS lookup of an unknown kid during the cool-down', () => {
  let frozen: FrozenKeys;
  beforeEach(async () => {
    frozen = await freezeKeys(first);
    await frozen.start();
  });
  afterEach(() => frozen.restore());
  const youngOf = async (kid: string) => inShort(await frozen.lookUp(kid, Date.now() / 1000));

  it('is unavailable for the rest of a cool-down that a made-up kid began, then finds the key', async () => {
    const { provider, clock, find, fetches } = frozen;
    await find('made up');
    provider.publish(first, second);
    await clock.tickAsync(1_500);
    expect(await youngOf('second')).to.equal('unavailable for 3500 ms');
    await clock.tickAsync(3_499);
    expect(await youngOf('second')).to.equal('unavailable for 1 ms');
    expect(fetches()).to.equal(2);
    await clock.tickAsync(1);
    expect(await youngOf('second')).to.equal('1 keys');
    expect(fetches()).to.equal(3);
  });

  it('is unavailable while a cache returns the old keys, until it returns the new ones', async () => {
    const { provider, clock, fetches } = frozen;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await youngOf('second')).to.equal(`unavailable for ${COOL_DOWN_MS} ms`);
      await clock.tickAsync(COOL_DOWN_MS);
    }
    provider.publish(first, second);
    expect(await youngOf('second')).to.equal('1 keys');
    expect(fetches()).to.equal(5);
  });

  it('is unavailable while the provider fails', async () => {
    const { provider, clock } = frozen;
    provider.answer(fail);
    await clock.tickAsync(REFRESH_MS - 1);
    const issuedAt = Date.now() / 1000;
    await clock.tickAsync(3_600_000);
    await eventually(() => frozen.logged('jwks_refresh_fail').length > 0);
    expect(inShort(await frozen.lookUp('second', issuedAt))).to.equal(`unavailable for ${COOL_DOWN_MS} ms`);
  });

  it('fetches once per cool-down for any number of made-up kids in recent JWTs', async () => {
    const { clock, fetches } = frozen;
    for (let second = 0; second < 20; second += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, n) => youngOf(`made up ${second} ${n}`)));
      await clock.tickAsync(1_000);
    }
    expect(fetches()).to.equal(1 + 20_000 / COOL_DOWN_MS);
  });

  for (const [what, issuedAt, expected] of [
    [
      'just under 10 minutes before the last fetch',
      FETCHED_AT - TEN_MINUTES + 0.001,
      `unavailable for ${COOL_DOWN_MS} ms`,
    ],
    ['10 minutes before the last fetch', FETCHED_AT - TEN_MINUTES, '0 keys'],
    ['long before the last fetch', FETCHED_AT - 86_400, '0 keys'],
    ['at the epoch', 0, '0 keys'],
    ['without an iat', undefined, '0 keys'],
    ['in the future', FETCHED_AT + 86_400, `unavailable for ${COOL_DOWN_MS} ms`],
  ] as const)
    it(`${expected === '0 keys' ? 'finds no key' : 'is unavailable'} for a JWT issued ${what}`, async () => {
      expect(inShort(await frozen.lookUp('second', issuedAt))).to.equal(expected);
      expect(frozen.fetches()).to.equal(2);
    });

  it('finds no key when a fetch 10 minutes after the issue of the JWT did not return it', async () => {
    const { clock, lookUp } = frozen;
    const issuedAt = Date.now() / 1000;
    const askedAt: string[] = [];
    for (let second = 0; second <= TEN_MINUTES; second += 5) {
      askedAt.push(inShort(await lookUp('second', issuedAt)));
      await clock.tickAsync(COOL_DOWN_MS);
    }
    expect(askedAt.slice(0, -1).every((answer) => answer.startsWith('unavailable'))).to.equal(true);
    expect(askedAt.at(-1)).to.equal('0 keys');
  });

  it('finds no key, without a fetch, when the key is published but not for verifying', async () => {
    const { provider, nextFetch, fetches, lookUp } = frozen;
    provider.publish(first, { jwk: { ...second.jwk, use: 'enc' } });
    await nextFetch(REFRESH_MS);
    const before = fetches();
    expect(inShort(await lookUp('second', Date.now() / 1000))).to.equal('0 keys');
    expect(fetches()).to.equal(before);
  });

  it('uses the current clock when the clock was set since the last fetch', async () => {
    const { provider, clock, lookUp } = frozen;
    provider.answer(fail);
    clock.setSystemTime(NOW_MS - 3_600_000);
    expect(inShort(await lookUp('second', Date.now() / 1000))).to.equal(`unavailable for ${COOL_DOWN_MS} ms`);
  });

  it('is unavailable with a reason that contains neither the JWT nor its kid', async () => {
    const lookup = await frozen.lookUp('secret-id', FETCHED_AT);
    expect(lookup.outcome === 'unavailable' && lookup.why).to.match(/; it may not be published yet$/);
  });
});
