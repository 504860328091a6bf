import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { summarizeRejections } from '../../../src/log/rejections.ts';
import { recordEvents } from '../../support/emitted.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('log event auth_rejected', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const setUp = () => {
    const { emit, emitted } = recordEvents();
    const summarized = summarizeRejections(emit);
    const reject = (traceId: string, reason = 'signature') =>
      summarized('auth_rejected', { traceId, reason, detail: 'why', count: 1 });
    const logged = () =>
      emitted
        .filter(({ event }) => event === 'auth_rejected')
        .map(({ fields: { traceId, reason, count } }) => `${reason} ${traceId} ${count}`);
    return { summarized, emitted, reject, logged };
  };

  it('is logged immediately for the first rejection of each reason', () => {
    const { reject, logged } = setUp();
    reject('a');
    reject('b', 'expired');
    expect(logged()).to.deep.equal(['signature a 1', 'expired b 1']);
  });

  it('is logged for those of the next 10 s as one line with their number and the latest trace id', async () => {
    const { reject, logged } = setUp();
    for (const traceId of ['a', 'b', 'c', 'd']) reject(traceId);
    await clock.tickAsync(9_999);
    expect(logged()).to.deep.equal(['signature a 1']);
    await clock.tickAsync(1);
    expect(logged()).to.deep.equal(['signature a 1', 'signature d 3']);
  });

  it('is logged at most every 10 s during a flood, and counts every rejection once', async () => {
    const { reject, logged } = setUp();
    for (let second = 0; second < 25; second += 1) {
      reject(`at ${second}`);
      await clock.tickAsync(1_000);
    }
    await clock.tickAsync(60_000);
    expect(logged()).to.deep.equal(['signature at 0 1', 'signature at 9 9', 'signature at 19 10', 'signature at 24 5']);
  });

  it('is logged immediately again after 10 s without a rejection', async () => {
    const { reject, logged } = setUp();
    reject('a');
    await clock.tickAsync(10_000);
    reject('b');
    expect(logged()).to.deep.equal(['signature a 1', 'signature b 1']);
  });

  it('comes with what is left before the last event of the service', () => {
    const { summarized, emitted, reject } = setUp();
    for (const traceId of ['a', 'b', 'c']) reject(traceId);
    summarized('server_stopped', { signal: 'SIGTERM', durationMs: 1 });
    expect(emitted.map(({ event }) => event)).to.deep.equal(['auth_rejected', 'auth_rejected', 'server_stopped']);
    expect(emitted[1]?.fields).to.include({ traceId: 'c', count: 2 });
  });
});
