import { expect } from 'chai';
import type { Mark } from '../../../src/tickets/store.ts';
import { type OpenStore, openStore } from '../../chaos/support/ticket-store.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { until } from '../../support/until.ts';

const TTL_MS = 30_000;

describe('Redis ticket store', () => {
  let redis: TestRedis;
  let store: OpenStore;

  before(async () => {
    redis = await startRedis();
    store = await openStore(redis.url);
  });
  after(() => store.close());

  const keyOf = (digest: string) => `ticketd:t2:${digest}`;
  const leftMs = async (key: string) => Number(await redis.cli('PTTL', key));

  it('stores a ticket for its TTL, and not twice', async () => {
    await store.put('new', 'payload', TTL_MS);
    expect(await redis.cli('GET', keyOf('new'))).to.equal('payload');
    expect(await leftMs(keyOf('new'))).to.be.within(1, TTL_MS);
    const error = await rejectionOf(store.put('new', 'another', TTL_MS));
    expect(error).to.include({ name: 'StoreUnavailable' });
    expect(await redis.cli('GET', keyOf('new'))).to.equal('payload');
  });

  it('returns a ticket once, and removes its record when the ticket would have expired', async () => {
    await store.put('once', 'payload', TTL_MS);
    expect(await store.take('once')).to.deep.equal({ state: 'live', payload: 'payload' });
    expect(await store.take('once')).to.deep.equal({ state: 'used' });
    expect(await leftMs(keyOf('once'))).to.be.within(1, TTL_MS);
    await redis.cli('PEXPIRE', keyOf('once'), '1');
    await until('it has ended', async () => (await redis.cli('EXISTS', keyOf('once'))) === '0');
    expect(await store.take('once')).to.deep.equal({ state: 'unknown' });
    expect(await redis.cli('EXISTS', keyOf('once')), 'a take makes no key').to.equal('0');
  });

  it('replaces the record of a ticket, and keeps the expiry', async () => {
    await store.put('amended', 'payload', TTL_MS);
    await redis.cli('PEXPIRE', keyOf('amended'), '20000');
    await store.replace('amended', 'payload with ids');
    expect(await leftMs(keyOf('amended'))).to.be.within(1, 20_000);
    expect(await store.take('amended')).to.deep.equal({ state: 'live', payload: 'payload with ids' });
  });

  it('rejects the replacement of an expired ticket', async () => {
    const error = await rejectionOf(store.replace('gone', 'payload'));
    expect(error).to.include({ name: 'StoreUnavailable' });
    expect(error.cause).to.include({ message: 'the ticket was gone before it was given out' });
    expect(await redis.cli('EXISTS', keyOf('gone'))).to.equal('0');
  });

  it('deletes a ticket', async () => {
    await store.put('unwanted', 'payload', TTL_MS);
    await store.forget('unwanted');
    expect(await store.take('unwanted')).to.deep.equal({ state: 'unknown' });
  });

  for (const [kind, prefix] of [
    ['revocation', 'r2'],
    ['ended', 'e1'],
    ['logoutToken', 'l1'],
  ] as const)
    it(`stores the last value of each mark of the kind ${kind}, for the given time`, async () => {
      const [alice, bob, session] = ['alice', 'bob', 'session-1'].map((key) => ({ kind, key })) as [Mark, Mark, Mark];
      await store.mark(alice, `${kind} 1`, TTL_MS);
      await store.mark(session, `${kind} 2`, TTL_MS);
      expect(await store.marks([session, bob, alice])).to.deep.equal([`${kind} 2`, null, `${kind} 1`]);
      await redis.cli('PEXPIRE', `ticketd:${prefix}:alice`, '1000');
      await store.mark(alice, `${kind} 3`, TTL_MS);
      expect(await store.marks([alice])).to.deep.equal([`${kind} 3`]);
      expect(await leftMs(`ticketd:${prefix}:alice`)).to.be.within(1_001, TTL_MS);
    });

  it('counts under a separate key', async () => {
    expect((await store.count('alice', 10_000)).count).to.equal(1);
    expect((await store.count('alice', 10_000)).count).to.equal(2);
    expect(await redis.cli('GET', 'ticketd:n2:alice')).to.equal('2');
  });
});
