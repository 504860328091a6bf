import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { eventually, type FrozenKeys, freezeKeys } from '../../support/frozen-keys.ts';
import { turns } from '../../support/frozen-time.ts';
import { ecKey } from '../../support/signing-key.ts';

const [first, second, third] = [ecKey('first'), ecKey('second'), ecKey('third')];
const REFRESH_MS = 300_000;
const RETRY_MS = 30_000;

const fail: RequestListener = (_req, res) => void res.writeHead(503).end();

describe('JWKS keys refresh', () => {
  let frozen: FrozenKeys;
  beforeEach(async () => {
    frozen = await freezeKeys(first);
  });
  afterEach(() => frozen.restore());

  it('fetches every 5 minutes, and drops a withdrawn key', async () => {
    const { provider, clock, start, find, fetches, nextFetch } = frozen;
    await start();
    provider.publish(second);
    await clock.tickAsync(REFRESH_MS - 1);
    expect(fetches()).to.equal(1);
    await nextFetch(1);
    expect(await find('first')).to.equal(0);
    expect(await find('second')).to.equal(1);
  });

  it('keeps the keys during an outage of one hour, and retries every 30 s', async () => {
    const { provider, clock, start, find, nextFetch } = frozen;
    await start();
    provider.answer(fail);
    await nextFetch(REFRESH_MS);
    for (let attempt = 0; attempt < 5; attempt += 1) await nextFetch(RETRY_MS);
    await clock.tickAsync(3_600_000);
    expect(await find('first')).to.equal(1);
    provider.publish(third);
    await nextFetch(RETRY_MS);
    expect(await find('third')).to.equal(1);
    expect(await find('first')).to.equal(0);
  });

  for (const [what, body] of [
    ['HTML', '<html>maintenance</html>'],
    ['an empty set', '{"keys":[]}'],
    ['only keys of unsupported kinds', '{"keys":[{"kty":"oct","k":"AAAA","kid":"first"}]}'],
    ['nothing', ''],
  ] as const)
    it(`keeps the keys when the provider responds with ${what}`, async () => {
      const { provider, start, find, logged, nextFetch } = frozen;
      await start();
      provider.answer((_req, res) => res.end(body));
      await nextFetch(REFRESH_MS);
      expect(await find('first')).to.equal(1);
      expect(logged('jwks_refresh_fail')).to.have.lengthOf(1);
    });

  it('times out a fetch after 4 s', async () => {
    const { provider, clock, start, find, fetches, logged } = frozen;
    await start();
    provider.answer((_req, res) => void res.write('{"keys":['));
    const found = find('second');
    await eventually(() => fetches() === 2);
    await clock.tickAsync(4_000);
    expect(await found).to.equal(0);
    expect(logged('jwks_refresh_fail')).to.have.lengthOf(1);
    expect(logged('jwks_refresh_fail')[0]).to.include({
      error: 'timed out after 4000 ms',
      errorCode: 'ETIMEDOUT',
    });
  });

  it('stops fetching after close, and aborts the fetch in progress', async () => {
    const { provider, keys, clock, start, find, fetches, logged } = frozen;
    await start();
    provider.answer(() => {});
    const found = find('second');
    await eventually(() => fetches() === 2);
    keys.close();
    expect(await found).to.equal(0);
    expect(clock.countTimers()).to.equal(0);
    await clock.tickAsync(10 * REFRESH_MS);
    await turns();
    expect(fetches()).to.equal(2);
    expect(logged('jwks_refresh_fail')).to.deep.equal([]);
  });
});
