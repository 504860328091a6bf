import { expect } from 'chai';
import { RequestError } from '../../../src/errors/request-error.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { rejectionOf } from '../../support/rejection.ts';

const MAX_TICKETS = 100_000;

describe('the embedded store', () => {
  it('is always ready, and named memory', () => {
    const store = createMemoryStore();
    expect(store.isReady()).to.equal(true);
    expect(store.name).to.equal('memory');
  });

  it('gives what it keeps once, and to one of any number of takers', async () => {
    const store = createMemoryStore();
    await store.put('digest', 'payload', 30_000);
    const taken = await Promise.all(Array.from({ length: 50 }, () => store.take('digest')));
    expect(taken.filter((payload) => payload !== undefined)).to.deep.equal(['payload']);
    expect(await store.take('digest')).to.equal(undefined);
  });

  it('gives nothing for a digest that it never kept, and leaves the others alone', async () => {
    const store = createMemoryStore();
    await store.put('digest', 'payload', 30_000);
    expect(await store.take('another')).to.equal(undefined);
    expect(await store.take('digest')).to.equal('payload');
  });

  it('gives a ticket to its last millisecond, and an expired one to nobody', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    await store.put('early', 'payload', 10_000);
    await store.put('late', 'payload', 10_000);
    now = 9_999;
    expect(await store.take('early')).to.equal('payload');
    now = 10_000;
    expect(await store.take('late')).to.equal(undefined);
    now = 0;
    expect(await store.take('late')).to.equal(undefined);
  });

  it('has room again for each ticket that was taken', async () => {
    const store = createMemoryStore();
    for (let n = 0; n < MAX_TICKETS; n += 1) await store.put(`digest-${n}`, 'payload', 30_000);
    await store.take('digest-7');
    await store.put('one-more', 'payload', 30_000);
    expect(await store.take('one-more')).to.equal('payload');
  });

  it('takes 100,000 live tickets, refuses the next as an outage, and takes more once some have expired', async () => {
    let now = 0;
    const store = createMemoryStore(() => now);
    for (let n = 0; n < MAX_TICKETS - 1; n += 1) await store.put(`digest-${n}`, 'payload', 30_000);
    await store.put('early', 'payload', 10_000);
    const error = await rejectionOf(store.put('one-more', 'payload', 30_000));
    expect(error).to.be.instanceOf(RequestError);
    expect(error).to.include({ code: 'WS_TICKET_REDIS_NOT_READY' });

    now = 9_999;
    expect(await rejectionOf(store.put('one-more', 'payload', 30_000))).to.include({
      message: 'The embedded store is full',
    });
    now = 10_000;
    await store.put('one-more', 'payload', 30_000);
    expect(await rejectionOf(store.put('two-more', 'payload', 30_000))).to.be.instanceOf(RequestError);
  });
});
