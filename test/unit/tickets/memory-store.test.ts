import { expect } from 'chai';
import { RequestError } from '../../../src/errors/request-error.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { rejectionOf } from '../../support/rejection.ts';

const MAX_ENTRIES = 100_000;
const LIVE = { state: 'live', payload: 'payload' };
const USED = { state: 'used' };
const UNKNOWN = { state: 'unknown' };

describe('the embedded store', () => {
  it('is always ready, and named memory', () => {
    const store = createMemoryStore();
    expect(store.isReady()).to.equal(true);
    expect(store.name).to.equal('memory');
  });

  it('gives what it keeps to one of any number of takers, and tells the others that it was used', async () => {
    const store = createMemoryStore();
    await store.put('digest', 'payload', 30_000);
    const taken = await Promise.all(Array.from({ length: 50 }, () => store.take('digest')));
    expect(taken[0]).to.deep.equal(LIVE);
    expect(taken.slice(1)).to.deep.equal(Array.from({ length: 49 }, () => USED));
  });

  it('knows nothing of a digest that it never kept, and leaves the others alone', async () => {
    const store = createMemoryStore();
    await store.put('digest', 'payload', 30_000);
    expect(await store.take('another')).to.deep.equal(UNKNOWN);
    expect(await store.take('digest')).to.deep.equal(LIVE);
  });

  it('gives a ticket to its last millisecond, and an expired one to nobody', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    await store.put('early', 'payload', 10_000);
    await store.put('late', 'payload', 10_000);
    now = 9_999;
    expect(await store.take('early')).to.deep.equal(LIVE);
    now = 10_000;
    expect(await store.take('late')).to.deep.equal(UNKNOWN);
    now = 0;
    expect(await store.take('late')).to.deep.equal(UNKNOWN);
  });

  it('remembers a used ticket as long as it would have lived, and no longer', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    await store.put('digest', 'payload', 10_000);
    await store.take('digest');
    now = 9_999;
    expect(await store.take('digest')).to.deep.equal(USED);
    now = 10_000;
    expect(await store.take('digest')).to.deep.equal(UNKNOWN);
  });

  it('tells the latest instant until which any of several holders is revoked, and 0 where none is', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    await store.revoke('alice', 1000, 10_000);
    await store.revoke('session-1', 2000, 20_000);
    expect(await store.revokedUntil(['alice', 'session-1', 'bob'])).to.equal(2000);
    expect(await store.revokedUntil(['alice'])).to.equal(1000);
    expect(await store.revokedUntil(['bob'])).to.equal(0);
    now = 10_000;
    expect(await store.revokedUntil(['alice'])).to.equal(0);
  });

  it('forgets a ticket that nobody was given', async () => {
    const store = createMemoryStore();
    await store.put('digest', 'payload', 10_000);
    await store.forget('digest');
    expect(await store.take('digest')).to.deep.equal(UNKNOWN);
  });

  it('counts within a window that begins with the first', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    expect(await store.count('alice', 1000)).to.deep.equal({ count: 1, endsInMs: 1000 });
    now = 999;
    expect(await store.count('alice', 1000)).to.deep.equal({ count: 2, endsInMs: 1 });
    now = 1000;
    expect(await store.count('alice', 1000)).to.deep.equal({ count: 1, endsInMs: 1000 });
  });

  it('takes 100,000 live tickets, refuses the next as an outage, and takes more once some have expired', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    for (let n = 0; n < MAX_ENTRIES - 1; n += 1) await store.put(`digest-${n}`, 'payload', 30_000);
    await store.put('early', 'payload', 10_000);
    const error = await rejectionOf(store.put('one-more', 'payload', 30_000));
    expect(error).to.be.instanceOf(RequestError);
    expect(error).to.include({ code: 'WS_TICKET_REDIS_NOT_READY' });

    now = 9_999;
    expect(await rejectionOf(store.put('one-more', 'payload', 30_000))).to.include({
      message: 'The embedded store is full',
    });
    expect(await store.take('digest-7'), 'a full store still gives tickets').to.deep.equal(LIVE);
    now = 10_000;
    await store.put('one-more', 'payload', 30_000);
    expect(await rejectionOf(store.put('two-more', 'payload', 30_000))).to.be.instanceOf(RequestError);
  });
});
