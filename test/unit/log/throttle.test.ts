import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { throttleEvents } from '../../../src/log/throttle.ts';
import { recordEvents } from '../../support/emitted.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('log event readiness_redis_down', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const setUp = () => {
    const { emit, emitted } = recordEvents();
    const throttled = throttleEvents(emit);
    const probe = (traceId: string) => throttled('readiness_redis_down', { traceId });
    const logged = () =>
      emitted.filter(({ event }) => event === 'readiness_redis_down').map(({ fields }) => fields.traceId);
    return { throttled, probe, logged };
  };

  it('is logged for the first probe, also right after the start of the process', () => {
    const { probe, logged } = setUp();
    probe('first');
    expect(logged()).to.deep.equal(['first']);
  });

  it('is logged for at most one probe every 10 s after that', async () => {
    const { probe, logged } = setUp();
    for (let second = 0; second <= 25; second += 1) {
      probe(`at ${second}`);
      await clock.tickAsync(1_000);
    }
    expect(logged()).to.deep.equal(['at 0', 'at 10', 'at 20']);
  });

  it('is logged immediately for the first probe of the next outage', async () => {
    const { throttled, probe, logged } = setUp();
    probe('first outage');
    await clock.tickAsync(1_000);
    throttled('redis_up', { endpoint: 'e', reason: 'r', downMs: 1 });
    throttled('redis_down', { endpoint: 'e', reason: 'r', errorCode: 'c' });
    probe('second outage');
    probe('second outage again');
    expect(logged()).to.deep.equal(['first outage', 'second outage']);
  });
});

describe('log event forward_auth_untrusted', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('is logged immediately and then at most every 10 s, independently of readiness', async () => {
    const { emit, emitted } = recordEvents();
    const throttled = throttleEvents(emit);
    for (let second = 0; second <= 25; second += 1) {
      throttled('readiness_redis_down', { traceId: `probe ${second}` });
      throttled('forward_auth_untrusted', { traceId: `at ${second}`, peer: '192.0.2.1' });
      throttled('redis_down', { endpoint: 'e', reason: 'r', errorCode: 'c' });
      await clock.tickAsync(1_000);
    }
    const logged = emitted.filter(({ event }) => event === 'forward_auth_untrusted');
    expect(logged.map(({ fields }) => fields.traceId)).to.deep.equal(['at 0', 'at 10', 'at 20']);
  });
});

describe('log events without a throttle', () => {
  it('are logged every time', () => {
    const { emit, emitted } = recordEvents();
    const throttled = throttleEvents(emit);
    for (let n = 0; n < 5; n += 1)
      throttled('ws_ticket_redis_not_ready', { traceId: `t${n}`, error: 'down', errorCode: 'ECONNREFUSED' });
    expect(emitted.map(({ fields }) => fields.traceId)).to.deep.equal(['t0', 't1', 't2', 't3', 't4']);
  });
});
