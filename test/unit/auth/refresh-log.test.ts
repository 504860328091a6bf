import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { eventually, type FrozenKeys, freezeKeys, freezeKeysTrustedFor } from '../../support/frozen-keys.ts';
import { ecKey } from '../../support/signing-key.ts';

const [first, second, third] = [ecKey('first'), ecKey('second'), ecKey('third')];
const REFRESH_MS = 300_000;
const RETRY_MS = 30_000;

const fail: RequestListener = (_req, res) => void res.writeHead(503).end();

describe('log of JWKS refreshes', () => {
  let frozen: FrozenKeys;
  beforeEach(async () => {
    frozen = await freezeKeys(first);
  });
  afterEach(() => frozen.restore());

  it('has jwks_refreshed with the kids when the keys change, and not at every refresh', async () => {
    const { provider, start, logged, nextFetch } = frozen;
    await start();
    const endpoint = provider.url;
    await nextFetch(REFRESH_MS);
    expect(logged('jwks_refreshed')).to.deep.equal([{ endpoint, kids: 'first', keys: 1, unusable: 0 }]);
    provider.publish(first, { jwk: { ...second.jwk, use: 'enc' } }, third);
    await nextFetch(REFRESH_MS);
    expect(logged('jwks_refreshed').slice(1)).to.deep.equal([{ endpoint, kids: 'first, third', keys: 2, unusable: 1 }]);
  });

  it('has jwks_refresh_fail when an outage begins and every 5 minutes, and jwks_refreshed when it ends', async () => {
    const { provider, start, logged, nextFetch } = frozen;
    await start();
    provider.answer(fail);
    await nextFetch(REFRESH_MS);
    for (let attempt = 0; attempt < 21; attempt += 1) await nextFetch(RETRY_MS);
    const [began, ...summaries] = logged('jwks_refresh_fail');
    const { error, errorCode } = { error: 'the response was HTTP 503, not 200', errorCode: 'HTTP_503' };
    expect(began).to.deep.equal({ endpoint: provider.url, error, errorCode, attempts: 1, downMs: 0 });
    expect(summaries.map(({ downMs }) => downMs)).to.deep.equal([300_000, 600_000]);
    provider.publish(first);
    await nextFetch(RETRY_MS);
    expect(logged('jwks_refreshed')).to.have.lengthOf(2);
  });

  it('has jwks_refresh_fail for each new outage, with its own attempts and downMs', async () => {
    const { provider, start, logged, nextFetch } = frozen;
    await start();
    for (let outage = 0; outage < 3; outage += 1) {
      provider.answer(fail);
      await nextFetch(REFRESH_MS);
      await nextFetch(RETRY_MS);
      provider.publish(first);
      await nextFetch(RETRY_MS);
    }
    const began = { attempts: 1, downMs: 0 };
    expect(logged('jwks_refresh_fail').map(({ attempts, downMs }) => ({ attempts, downMs }))).to.deep.equal([
      began,
      began,
      began,
    ]);
    expect(logged('jwks_refreshed')).to.have.lengthOf(1 + 3);
  });

  it('has the attempts of the outage in each summary', async () => {
    const { provider, start, logged, nextFetch } = frozen;
    await start();
    provider.answer(fail);
    await nextFetch(REFRESH_MS);
    for (let attempt = 0; attempt < 10; attempt += 1) await nextFetch(RETRY_MS);
    expect(logged('jwks_refresh_fail').map(({ attempts }) => attempts)).to.deep.equal([1, 11]);
  });

  it('contains neither the query of the URL nor a key', async () => {
    const { start, emitted } = frozen;
    await start();
    const text = JSON.stringify(emitted);
    expect(text).to.not.include('secret=1').and.not.include(String(first.jwk.x));
  });
});

describe('log event jwks_expired', () => {
  const TRUSTED_FOR_MS = 900_000;
  let frozen: FrozenKeys;
  beforeEach(async () => {
    frozen = await freezeKeysTrustedFor(TRUSTED_FOR_MS, first);
  });
  afterEach(() => frozen.restore());

  it('is logged once per outage, with the age of the keys', async () => {
    const { provider, start, logged, nextFetch } = frozen;
    await start();
    for (let outage = 1; outage <= 2; outage += 1) {
      provider.answer(fail);
      await nextFetch(REFRESH_MS);
      for (let passed = REFRESH_MS; passed < TRUSTED_FOR_MS; passed += RETRY_MS) await nextFetch(RETRY_MS);
      expect(logged('jwks_expired')).to.have.lengthOf(outage - 1);
      await nextFetch(RETRY_MS);
      await nextFetch(RETRY_MS);
      expect(logged('jwks_expired')).to.have.lengthOf(outage);
      expect(logged('jwks_expired').at(-1)).to.deep.equal({ endpoint: provider.url, ageMs: TRUSTED_FOR_MS + RETRY_MS });
      provider.publish(first);
      await nextFetch(RETRY_MS);
    }
  });

  it('is not logged when no keys were ever fetched', async () => {
    const { provider, clock, start, logged } = frozen;
    provider.answer(fail);
    const limit = new AbortController();
    const started = start(limit.signal).catch(() => {});
    await eventually(() => logged('jwks_refresh_fail').length === 1);
    limit.abort(new Error('time is over'));
    await clock.tickAsync(500);
    await started;
    expect(logged('jwks_expired')).to.deep.equal([]);
  });
});
