import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { eventually, type FrozenKeys, freezeKeys } from '../../support/frozen-keys.ts';
import { ecKey } from '../../support/signing-key.ts';

const [first, second] = [ecKey('first'), ecKey('second')];
const COOL_DOWN_MS = 5_000;
const REFRESH_MS = 300_000;

const fail: RequestListener = (_req, res) => void res.writeHead(503).end();

describe('JWKS keys when a kid is unknown', () => {
  let frozen: FrozenKeys;
  beforeEach(async () => {
    frozen = await freezeKeys(first);
  });
  afterEach(() => frozen.restore());

  it('are fetched immediately, and include a newly published key', async () => {
    const { provider, start, find, fetches } = frozen;
    await start();
    provider.publish(first, second);
    expect(await find('second')).to.equal(1);
    expect(await find('first')).to.equal(1);
    expect(fetches()).to.equal(2);
  });

  it('are fetched once for 100 concurrent lookups', async () => {
    const { provider, start, find, fetches } = frozen;
    await start();
    provider.publish(first, second);
    const found = await Promise.all(Array.from({ length: 100 }, () => find('second')));
    expect(new Set(found)).to.deep.equal(new Set([1]));
    expect(fetches()).to.equal(2);
  });

  it('are fetched at most once in 5 s for any number of made-up kids, none of which waits', async () => {
    const { clock, start, find, fetches } = frozen;
    await start();
    for (let second = 0; second < 20; second += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, n) => find(`made up ${second} ${n}`)));
      await clock.tickAsync(1_000);
    }
    expect(fetches()).to.equal(1 + 20_000 / COOL_DOWN_MS);
  });

  it('are fetched at most once in 5 s also during an outage', async () => {
    const { provider, clock, start, find, fetches } = frozen;
    await start();
    provider.answer(fail);
    for (let second = 0; second < 10; second += 1) {
      expect(await find(`made up ${second}`)).to.equal(0);
      await clock.tickAsync(1_000);
    }
    expect(fetches()).to.equal(1 + 10_000 / COOL_DOWN_MS);
  });

  it('are fetched again after a fetch that began before the lookup', async () => {
    const { provider, clock, start, find, fetches } = frozen;
    await start();
    let answer = () => {};
    provider.answer((_req, res) => {
      answer = () => res.end(JSON.stringify({ keys: [first.jwk] }));
    });
    await clock.tickAsync(REFRESH_MS);
    await eventually(() => fetches() === 2);
    const found = Promise.all([find('second'), find('second')]);
    provider.publish(first, second);
    answer();
    expect(await found).to.deep.equal([1, 1]);
    expect(fetches()).to.equal(3);
  });

  it('are not fetched for a JWT without a kid, nor for a known kid with another algorithm', async () => {
    const { provider, keys, start, fetches } = frozen;
    await start();
    provider.publish(first, second);
    for (const kid of ['first', undefined])
      expect(await keys.keysFor({ alg: 'RS256', kid }, () => Date.now() / 1000)).to.include({
        outcome: 'none',
        reason: 'algorithm',
      });
    expect(fetches()).to.equal(1);
  });
});
