import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { type ConcurrencyLimits, createConcurrencyLimiter } from '../../../../src/http/server/concurrency-limiter.ts';
import { until } from '../../../support/until.ts';

const WIDE: ConcurrencyLimits = { maxInFlight: 100, perTurn: 100, maxStoreCalls: 100, maxWaitMs: 60_000 };

const setUp = (limits: Partial<ConcurrencyLimits> = {}) => {
  const limiter = createConcurrencyLimiter({ ...WIDE, ...limits });
  const started: number[] = [];
  const refused: number[] = [];
  const enter = (name: number): ServerResponse => {
    const response = new EventEmitter() as ServerResponse;
    limiter.enter(response, { start: () => started.push(name), refuse: () => refused.push(name) });
    return response;
  };
  return { limiter, started, refused, enter };
};

const upTo = (last: number) => Array.from({ length: last }, (_, n) => n + 1);

describe('concurrency limiter', () => {
  it('starts a request immediately when idle', () => {
    const { started, enter } = setUp();
    enter(1);
    expect(started).to.deep.equal([1]);
  });

  it('starts at most perTurn requests in one turn of the event loop, in order of arrival', async () => {
    const { started, enter } = setUp({ perTurn: 3 });
    for (const name of upTo(8)) enter(name);
    const after = [[...started]];
    while (started.length < 8) {
      await turn();
      after.push([...started]);
    }
    expect(after.map(({ length }) => length)).to.deep.equal([3, 6, 8]);
    expect(started).to.deep.equal(upTo(8));
  });

  it('starts no new request before a waiting one', async () => {
    const { started, enter } = setUp({ perTurn: 1 });
    for (const name of upTo(3)) enter(name);
    await turn();
    enter(4);
    await until('all have started', () => started.length === 4);
    expect(started).to.deep.equal(upTo(4));
  });

  it('starts no request while the store is at its limit of calls, and the next one when a call ends', async () => {
    const { limiter, started, enter } = setUp({ maxStoreCalls: 2 });
    const calls = new EventEmitter();
    const held = ['first', 'second'].map((call) => limiter.track(once(calls, call)));
    enter(1);
    await turn();
    await turn();
    expect(started).to.deep.equal([]);
    calls.emit('first');
    await until('it has started', () => started.length === 1);
    calls.emit('second');
    await Promise.all(held);
  });

  it('counts a failed store call as ended', async () => {
    const { limiter, started, enter } = setUp({ maxStoreCalls: 1 });
    const failure = new Error('no answer');
    const failed = limiter.track(Promise.reject(failure)).catch((error) => error);
    enter(1);
    expect(await failed).to.equal(failure);
    await until('it has started', () => started.length === 1);
  });

  it('rejects immediately when maxInFlight requests are in flight or waiting', () => {
    const { refused, started, enter } = setUp({ maxInFlight: 3, perTurn: 1 });
    for (const name of upTo(5)) enter(name);
    expect(started).to.deep.equal([1]);
    expect(refused).to.deep.equal([4, 5]);
  });

  it('accepts the next request when one has been answered', () => {
    const { limiter, refused, started, enter } = setUp({ maxInFlight: 1 });
    const response = enter(1);
    expect(limiter.inFlight).to.equal(1);
    response.emit('close');
    expect(limiter.inFlight).to.equal(0);
    enter(2);
    expect({ started, refused }).to.deep.equal({ started: [1, 2], refused: [] });
  });

  it('neither starts nor rejects a request whose client disconnected while waiting', async () => {
    const { limiter, refused, started, enter } = setUp({ perTurn: 1 });
    const [, second] = upTo(3).map(enter);
    second?.emit('close');
    await until('the third has started', () => started.length === 2);
    expect({ started, refused }).to.deep.equal({ started: [1, 3], refused: [] });
    expect(limiter.inFlight).to.equal(2);
  });

  it('rejects a request that waited for maxWaitMs, and never starts it', async () => {
    const { limiter, refused, started, enter } = setUp({ maxStoreCalls: 1, maxWaitMs: 50 });
    const calls = new EventEmitter();
    const held = limiter.track(once(calls, 'only'));
    for (const name of upTo(2)) enter(name);
    await until('both are refused', () => refused.length === 2);
    calls.emit('only');
    await held;
    await turn();
    expect({ started, refused }).to.deep.equal({ started: [], refused: [1, 2] });
  });

  it('does not block the event loop while 1,000 requests wait', async () => {
    const { started, enter } = setUp({ maxInFlight: 1000, perTurn: 10 });
    for (const name of upTo(1000)) enter(name);
    for (let turns = 1; turns <= 3; turns += 1) {
      await turn();
      expect(started).to.have.length(10 + 10 * turns);
    }
    await until('all have started', () => started.length === 1000);
  });
});
