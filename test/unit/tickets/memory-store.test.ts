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
