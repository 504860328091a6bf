import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import { StoreUnavailable } from '../../../src/tickets/errors.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { rejectionOf } from '../../support/rejection.ts';

const MAX_ENTRIES = 100_000;
const LIVE = { state: 'live', payload: 'payload' };
const USED = { state: 'used' };
const UNKNOWN = { state: 'unknown' };

describe('memory store', () => {
  it('is always ready, and has the name memory', () => {
    const store = createMemoryStore();
    expect(store.isReady()).to.equal(true);
    expect(store.name).to.equal('memory');
  });

  it('returns a record to one of many concurrent redeemers, and "used" to the others', async () => {
    const store = createMemoryStore();
    await store.put('digest', 'payload', 30_000);
    const taken = await Promise.all(Array.from({ length: 50 }, () => store.take('digest')));
    expect(taken[0]).to.deep.equal(LIVE);
    expect(taken.slice(1)).to.deep.equal(Array.from({ length: 49 }, () => USED));
  });

  it('returns "unknown" for a digest that was never stored, and keeps the other records', async () => {
    const store = createMemoryStore();
    await store.put('digest', 'payload', 30_000);
    expect(await store.take('another')).to.deep.equal(UNKNOWN);
    expect(await store.take('digest')).to.deep.equal(LIVE);
  });

  it('returns a ticket until its last millisecond, and never an expired one', async () => {
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

  it('returns "used" for a redeemed ticket until it would have expired', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    await store.put('digest', 'payload', 10_000);
    await store.take('digest');
    now = 9_999;
    expect(await store.take('digest')).to.deep.equal(USED);
    now = 10_000;
    expect(await store.take('digest')).to.deep.equal(UNKNOWN);
  });

  it('returns the last value of each mark until it expires, each kind by itself', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    const alice = { kind: 'revocation', key: 'alice' } as const;
    const session = { kind: 'revocation', key: 'session-1' } as const;
    const others = [
      { kind: 'revocation', key: 'bob' },
      { kind: 'ended', key: 'alice' },
      { kind: 'logoutToken', key: 'alice' },
    ] as const;
    await store.mark(alice, 'id-1', 10_000);
    await store.mark(session, 'id-2', 20_000);
    expect(await store.marks([session, ...others, alice])).to.deep.equal(['id-2', null, null, null, 'id-1']);
    now = 5_000;
    await store.mark(alice, 'id-3', 10_000);
    now = 14_999;
    expect(await store.marks([alice, session])).to.deep.equal(['id-3', 'id-2']);
    now = 15_000;
    expect(await store.marks([alice, session])).to.deep.equal([null, 'id-2']);
  });

  it('replaces the record of a ticket, and keeps its expiry', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    for (const digest of ['one', 'two']) await store.put(digest, 'first', 10_000);
    now = 9_999;
    for (const digest of ['one', 'two']) await store.replace(digest, 'payload');
    expect(await store.take('one')).to.deep.equal(LIVE);
    now = 10_000;
    expect(await store.take('two')).to.deep.equal(UNKNOWN);
  });

  it('rejects the replacement of a ticket that has expired or was never stored, and stores nothing', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    await store.put('expired', 'payload', 10_000);
    now = 10_000;
    for (const digest of ['expired', 'never stored']) {
      const error = await rejectionOf(store.replace(digest, 'payload'));
      expect(error, digest).to.be.instanceOf(StoreUnavailable);
      expect(await store.take(digest), digest).to.deep.equal(UNKNOWN);
    }
  });

  it('uses a monotonic clock', async () => {
    const clock = useFakeTimers({ now: 0, toFake: ['Date'] });
    try {
      const store = createMemoryStore();
      await store.put('digest', 'payload', 30_000);
      clock.setSystemTime(3_600_000);
      expect(await store.take('digest')).to.deep.equal(LIVE);
    } finally {
      clock.restore();
    }
  });

  it('deletes a ticket that no client received', async () => {
    const store = createMemoryStore();
    await store.put('digest', 'payload', 10_000);
    await store.forget('digest');
    expect(await store.take('digest')).to.deep.equal(UNKNOWN);
  });

  it('counts in a window that begins with the first ticket', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    expect(await store.count('alice', 1000)).to.deep.equal({ count: 1, endsInMs: 1000 });
    now = 999;
    expect(await store.count('alice', 1000)).to.deep.equal({ count: 2, endsInMs: 1 });
    now = 1000;
    expect(await store.count('alice', 1000)).to.deep.equal({ count: 1, endsInMs: 1000 });
  });

  it('stores 100,000 live tickets, then rejects tickets but not revocations until some expire', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    for (let n = 0; n < MAX_ENTRIES - 1; n += 1) await store.put(`digest-${n}`, 'payload', 30_000);
    await store.put('early', 'payload', 10_000);
    const error = await rejectionOf(store.put('one-more', 'payload', 30_000));
    expect(error).to.be.instanceOf(StoreUnavailable);
    expect(error).to.include({ message: 'the store is full: it has 100000 entries' });
    await store.mark({ kind: 'revocation', key: 'alice' }, 'id', 10_000);

    now = 9_999;
    expect(await rejectionOf(store.put('one-more', 'payload', 30_000))).to.be.instanceOf(StoreUnavailable);
    expect(await store.take('digest-7'), 'a full store still gives tickets').to.deep.equal(LIVE);
    now = 10_000;
    await store.put('one-more', 'payload', 30_000);
    expect(await rejectionOf(store.put('two-more', 'payload', 30_000))).to.be.instanceOf(StoreUnavailable);
  });
});
