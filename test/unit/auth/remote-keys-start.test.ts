import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { InterruptedError } from '../../../src/startup/errors.ts';
import { eventually, type FrozenKeys, freezeKeys } from '../../support/frozen-keys.ts';
import { turns } from '../../support/frozen-time.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { ecKey } from '../../support/signing-key.ts';

const first = ecKey('first');

const fail: RequestListener = (_req, res) => void res.writeHead(503).end();

describe('JWKS keys at startup', () => {
  let frozen: FrozenKeys;
  beforeEach(async () => {
    frozen = await freezeKeys(first);
  });
  afterEach(() => frozen.restore());

  it('are fetched once, and available when the start resolves', async () => {
    const { start, find, fetches } = frozen;
    await start();
    expect(await find('first')).to.equal(1);
    expect(await find(undefined)).to.equal(1);
    expect(fetches()).to.equal(1);
  });

  it('are fetched again 500 ms after each failure until a fetch succeeds', async () => {
    const { provider, clock, start, find, logged } = frozen;
    const askedAt: number[] = [];
    provider.answer((req, res) => {
      askedAt.push(performance.now());
      if (askedAt.length === 3) provider.publish(first);
      fail(req, res);
    });
    let over = false;
    const started = start().finally(() => {
      over = true;
    });
    await eventually(
      () => over,
      () => clock.tickAsync(50),
    );
    await started;
    expect(await find('first')).to.equal(1);
    expect(askedAt.slice(1).map((at, n) => at - (askedAt[n] ?? 0) >= 500)).to.deep.equal([true, true]);
    expect(logged('jwks_refresh_fail')).to.have.lengthOf(1);
    expect(logged('jwks_refreshed')).to.have.lengthOf(1);
  });

  it('fail the start with JWKS_UNAVAILABLE and the last cause when the time limit passes', async () => {
    const { provider, clock, start, logged } = frozen;
    const limit = new AbortController();
    provider.answer(fail);
    const started = rejectionOf(start(limit.signal));
    await eventually(() => logged('jwks_refresh_fail').length === 1);
    provider.answer(() => limit.abort(new Error('time is over')));
    await turns();
    await clock.tickAsync(500);
    const error = await started;
    expect(error).to.have.property('code', 'JWKS_UNAVAILABLE');
    expect(error.message).to.equal(`no keys from ${provider.url}: the response was HTTP 503, not 200`);
  });

  it('fail the start with "no complete response" when the provider never answered', async () => {
    const { provider, start, emitted } = frozen;
    const limit = new AbortController();
    provider.answer(() => limit.abort(new Error('time is over')));
    expect((await rejectionOf(start(limit.signal))).message).to.equal(
      `no keys from ${provider.url}: no complete response`,
    );
    expect(emitted).to.deep.equal([]);
  });

  it('fail the start with InterruptedError on SIGTERM', async () => {
    const { provider, start } = frozen;
    const limit = new AbortController();
    const interrupted = new InterruptedError('SIGTERM');
    provider.answer(() => limit.abort(interrupted));
    expect(await rejectionOf(start(limit.signal))).to.equal(interrupted);
  });
});
