import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { eventually, type FrozenKeys, freezeKeys } from '../../support/frozen-keys.ts';
import { turns } from '../../support/frozen-time.ts';
import { ecKey } from '../../support/signing-key.ts';

const [first, second, third] = [ecKey('first'), ecKey('second'), ecKey('third')];
const REFRESH_MS = 300_000;
const RETRY_MS = 30_000;

const fail: RequestListener = (_req, res) => void res.writeHead(503).end();

describe('the keys of an identity provider, as time goes by,', () => {
  let frozen: FrozenKeys;
  beforeEach(async () => {
    frozen = await freezeKeys(first);
  });
  afterEach(() => frozen.restore());

  it('are fetched every five minutes, so that a key withdrawn is one no longer', async () => {
    const { provider, clock, start, find, fetches, nextFetch } = frozen;
    await start();
    provider.publish(second);
    await clock.tickAsync(REFRESH_MS - 1);
    expect(fetches()).to.equal(1);
    await nextFetch(1);
    expect(await find('first')).to.equal(0);
    expect(await find('second')).to.equal(1);
  });

  it('are kept through an outage of an hour, while it is tried every 30 seconds', async () => {
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
    ['keys of other kinds alone', '{"keys":[{"kty":"oct","k":"AAAA","kid":"first"}]}'],
    ['nothing', ''],
  ] as const)
    it(`are kept where the provider answers with ${what}`, async () => {
      const { provider, start, find, told, nextFetch } = frozen;
      await start();
      provider.answer((_req, res) => res.end(body));
      await nextFetch(REFRESH_MS);
      expect(await find('first')).to.equal(1);
      expect(told('jwks_refresh_fail')).to.have.lengthOf(1);
    });

  it('are waited for four seconds a fetch, and no longer', async () => {
    const { provider, clock, start, find, fetches, told } = frozen;
    await start();
    provider.answer((_req, res) => void res.write('{"keys":['));
    const found = find('second');
    await eventually(() => fetches() === 2);
    await clock.tickAsync(4_000);
    expect(await found).to.equal(0);
    expect(told('jwks_refresh_fail')).to.have.lengthOf(1);
    expect(told('jwks_refresh_fail')[0]).to.include({
      error: 'no whole answer within 4000 ms',
      errorCode: 'ETIMEDOUT',
    });
  });

  it('are fetched no more once they are closed, the fetch under way included', async () => {
    const { provider, keys, clock, start, find, fetches, told } = frozen;
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
    expect(told('jwks_refresh_fail')).to.deep.equal([]);
  });
});
