import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { eventually, type FrozenKeys, freezeKeysTrustedFor } from '../../support/frozen-keys.ts';
import { ecKey } from '../../support/signing-key.ts';

const [first, second] = [ecKey('first'), ecKey('second')];
const COOL_DOWN_MS = 5_000;
const RETRY_MS = 30_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const fail: RequestListener = (_req, res) => void res.writeHead(503).end();

describe('JWKS keys when the provider is unavailable', () => {
  let frozen: FrozenKeys;
  const setUp = async (maxStaleMs: number) => {
    frozen = await freezeKeysTrustedFor(maxStaleMs, first);
    await frozen.start();
  };
  afterEach(() => frozen.restore());
  const outcomeOf = async (kid: string | undefined) => (await frozen.lookUp(kid)).outcome;

  it('are trusted until JWT_JWKS_MAX_STALE_SECONDS pass, then unavailable for every kid', async () => {
    await setUp(HOUR_MS);
    const { provider, clock, lookUp } = frozen;
    await provider.stop();
    await clock.tickAsync(HOUR_MS);
    expect(await outcomeOf('first')).to.equal('settled');
    await clock.tickAsync(1);
    for (const kid of ['first', undefined, 'made up']) expect(await outcomeOf(kid)).to.equal('unavailable');
    const lookup = await lookUp('first');
    // The refresh that failed a millisecond ago began the cool-down.
    expect(lookup).to.have.property('retryAfterMs', COOL_DOWN_MS - 1);
    expect(lookup.outcome === 'unavailable' && lookup.why).to.equal('the keys have not been refreshed for too long');
  });

  it('are fetched once per cool-down when stale, and trusted again after the first successful fetch', async () => {
    await setUp(HOUR_MS);
    const { provider, clock, find, fetches } = frozen;
    provider.answer(fail);
    await clock.tickAsync(HOUR_MS + 1);
    await find('first');
    const before = fetches();
    await Promise.all(Array.from({ length: 20 }, (_, n) => outcomeOf(n % 2 === 0 ? 'first' : `made up ${n}`)));
    expect(fetches()).to.equal(before);
    provider.publish(first, second);
    await clock.tickAsync(COOL_DOWN_MS);
    expect(await find('first')).to.equal(1);
    expect(await find('second')).to.equal(1);
    expect(fetches()).to.equal(before + 1);
  });

  for (const [trustedForMs, everyMs] of [
    [DAY_MS, 300_000],
    [600_000, 300_000],
    [599_000, 299_500],
    [60_000, 30_000],
    [1_000, 500],
  ] as const)
    it(`are refreshed every ${everyMs / 1000} s when they are trusted for ${trustedForMs / 1000} s`, async () => {
      await setUp(trustedForMs);
      const { clock, fetches, nextFetch } = frozen;
      await clock.tickAsync(everyMs - 1);
      expect(fetches()).to.equal(1);
      await nextFetch(1);
      expect(await outcomeOf('first')).to.equal('settled');
    });

  for (const [trustedForMs, everyMs] of [
    [DAY_MS, RETRY_MS],
    [10_000, 5_000],
  ] as const)
    it(`are fetched again ${everyMs / 1000} s after a failure when they are trusted for ${trustedForMs / 1000} s`, async () => {
      await setUp(trustedForMs);
      const { provider, clock, fetches, logged } = frozen;
      provider.answer(fail);
      await clock.tickAsync(Math.min(300_000, trustedForMs / 2));
      await eventually(() => logged('jwks_refresh_fail').length === 1);
      const before = fetches();
      await clock.tickAsync(everyMs - 1);
      expect(fetches()).to.equal(before);
      await clock.tickAsync(1);
      await eventually(() => fetches() === before + 1);
    });
});
