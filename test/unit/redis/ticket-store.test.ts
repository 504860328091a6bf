import { expect } from 'chai';
import type { RedisConnection } from '../../../src/redis/connection.ts';
import { createRedisStore } from '../../../src/redis/ticket-store.ts';
import { OutcomeUnknown, StoreUnavailable } from '../../../src/tickets/errors.ts';
import type { TicketStore } from '../../../src/tickets/store.ts';
import { rejectionOf } from '../../support/rejection.ts';

type Reply = (name: string, args: readonly unknown[]) => unknown;

const replyError = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' });

/** A store on a client with these replies; `undefined` for a connection that is not ready. */
const storeOn = (reply: Reply | undefined) => {
  const sent: unknown[][] = [];
  const errors: unknown[] = [];
  const took: [string, number][] = [];
  const client = new Proxy({} as never, {
    get:
      (_, name) =>
      async (...args: unknown[]) => {
        sent.push([name, ...args]);
        return reply?.(String(name), args);
      },
  });
  const connection: RedisConnection = {
    start: async () => {},
    isReady: () => reply !== undefined,
    getClientOrNull: () => (reply === undefined ? null : client),
    reportError: (error) => void errors.push(error),
    renew: () => {},
    onWrongPassword: () => {},
    close: async () => {},
  };
  const observeCommand = (command: string, ms: number) => void took.push([command, ms]);
  return { sent, errors, took, store: createRedisStore({ connection, keyPrefix: 'p:', observeCommand }) };
};

const COMMANDS: Readonly<Record<string, (store: TicketStore) => Promise<unknown>>> = {
  put: (store) => store.put('digest', 'payload', 30_000),
  replace: (store) => store.replace('digest', 'payload'),
  forget: (store) => store.forget('digest'),
  take: (store) => store.take('digest'),
  mark: (store) => store.mark({ kind: 'revocation', key: 'key' }, 'id', 360_000),
  marks: (store) =>
    store.marks([
      { kind: 'revocation', key: 'one' },
      { kind: 'ended', key: 'two' },
      { kind: 'logoutToken', key: 'three' },
    ]),
  count: (store) => store.count('key', 10_000),
};

const SENT: Readonly<Record<string, readonly unknown[]>> = {
  put: [['set', 'p:t2:digest', 'payload', 'PX', 30_000, 'NX']],
  replace: [['set', 'p:t2:digest', 'payload', 'KEEPTTL', 'XX']],
  forget: [['getdel', 'p:t2:digest']],
  take: [['set', 'p:t2:digest', '', 'KEEPTTL', 'XX', 'GET']],
  mark: [['set', 'p:r2:key', 'id', 'PX', 360_000, 'GET']],
  marks: [['mget', 'p:r2:one', 'p:e1:two', 'p:l1:three']],
  count: [
    ['set', 'p:n2:key', 0, 'PX', 10_000, 'NX'],
    ['incr', 'p:n2:key'],
    ['pttl', 'p:n2:key'],
  ],
};

describe('Redis ticket store', () => {
  for (const [name, call] of Object.entries(COMMANDS)) {
    it(`${name}: sends its commands once and reports the duration once`, async () => {
      const { sent, errors, took, store } = storeOn(() => 'OK');
      const startedAt = performance.now();
      await call(store);
      expect(sent).to.deep.equal(SENT[name]);
      expect(errors).to.deep.equal([]);
      expect(took.map(([command]) => command)).to.deep.equal([name]);
      expect(took[0]?.[1]).to.be.within(0, performance.now() - startedAt);
    });

    it(`${name}: rejects with StoreUnavailable and sends nothing when there is no connection`, async () => {
      const { sent, took, store } = storeOn(undefined);
      const error = await rejectionOf(call(store));
      expect(error).to.be.instanceOf(StoreUnavailable);
      expect([sent, took]).to.deep.equal([[], []]);
    });

    it(`${name}: rejects when Redis replies with an error, and reports it to the connection`, async () => {
      const refusal = replyError('READONLY You can’t write against a read only replica.');
      const { errors, took, store } = storeOn(() => Promise.reject(refusal));
      const error = await rejectionOf(call(store));
      expect(error).to.be.instanceOf(StoreUnavailable);
      expect(error.cause).to.equal(refusal);
      expect(errors).to.deep.equal([refusal]);
      expect(took).to.have.length(1);
    });

    it(`${name}: rejects${name === 'take' ? ' with OutcomeUnknown' : ''} when the reply is lost`, async () => {
      const { errors, store } = storeOn(() => Promise.reject(new Error('Command timed out')));
      const error = await rejectionOf(call(store));
      expect(error).to.be.instanceOf(name === 'take' ? OutcomeUnknown : StoreUnavailable);
      expect(error.cause).to.include({ code: 'ETIMEDOUT', message: 'Redis did not reply in time' });
      expect(errors).to.have.length(1);
    });
  }

  it('take: distinguishes a live ticket, a used ticket and an unknown ticket', async () => {
    expect(await storeOn(() => 'payload').store.take('digest')).to.deep.equal({ state: 'live', payload: 'payload' });
    expect(await storeOn(() => '').store.take('digest')).to.deep.equal({ state: 'used' });
    expect(await storeOn(() => null).store.take('digest')).to.deep.equal({ state: 'unknown' });
  });

  it('put, replace: reject when Redis did not write the record', async () => {
    const { store } = storeOn(() => null);
    const [put, replace] = [await rejectionOf(store.put('d', 'p', 1)), await rejectionOf(store.replace('d', 'p'))];
    expect(put.cause).to.include({ message: 'the ticket was there already' });
    expect(replace.cause).to.include({ message: 'the ticket was gone before it was given out' });
  });

  it('has the name redis, and is ready when its connection is', () => {
    expect(storeOn(() => 'OK').store).to.include({ name: 'redis' });
    expect(storeOn(() => 'OK').store.isReady()).to.equal(true);
    expect(storeOn(undefined).store.isReady()).to.equal(false);
  });
});
