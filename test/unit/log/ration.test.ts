import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { rationed } from '../../../src/log/ration.ts';
import { recordEvents } from '../../support/emitted.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('readiness_redis_down', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  const setUp = () => {
    const { emit, emitted } = recordEvents();
    const ration = rationed(emit);
    const probe = (traceId: string) => ration('readiness_redis_down', { traceId });
    const told = () =>
      emitted.filter(({ event }) => event === 'readiness_redis_down').map(({ fields }) => fields.traceId);
    return { ration, probe, told };
  };

  it('is told of the first probe, however early in the life of the process', () => {
    const { probe, told } = setUp();
    probe('first');
    expect(told()).to.deep.equal(['first']);
  });

  it('is told of at most one probe every 10 s after that', async () => {
    const { probe, told } = setUp();
    for (let second = 0; second <= 25; second += 1) {
      probe(`at ${second}`);
      await clock.tickAsync(1_000);
    }
    expect(told()).to.deep.equal(['at 0', 'at 10', 'at 20']);
  });

  it('is told at once of the first probe of the next outage', async () => {
    const { ration, probe, told } = setUp();
    probe('first outage');
    await clock.tickAsync(1_000);
    ration('redis_up', { endpoint: 'e', reason: 'r', downMs: 1 });
    ration('redis_down', { endpoint: 'e', reason: 'r', errorCode: 'c' });
    probe('second outage');
    probe('second outage again');
    expect(told()).to.deep.equal(['first outage', 'second outage']);
  });
});

describe('forward_auth_untrusted', () => {
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => clock.restore());

  it('is told at once and then at most every 10 s, whatever becomes of readiness', async () => {
    const { emit, emitted } = recordEvents();
    const ration = rationed(emit);
    for (let second = 0; second <= 25; second += 1) {
      ration('readiness_redis_down', { traceId: `probe ${second}` });
      ration('forward_auth_untrusted', { traceId: `at ${second}`, peer: '192.0.2.1' });
      ration('redis_down', { endpoint: 'e', reason: 'r', errorCode: 'c' });
      await clock.tickAsync(1_000);
    }
    const told = emitted.filter(({ event }) => event === 'forward_auth_untrusted');
    expect(told.map(({ fields }) => fields.traceId)).to.deep.equal(['at 0', 'at 10', 'at 20']);
  });
});

describe('any other event', () => {
  it('is told as often as it comes', () => {
    const { emit, emitted } = recordEvents();
    const ration = rationed(emit);
    for (let n = 0; n < 5; n += 1)
      ration('ws_ticket_redis_not_ready', { traceId: `t${n}`, error: 'down', errorCode: 'ECONNREFUSED' });
    expect(emitted.map(({ fields }) => fields.traceId)).to.deep.equal(['t0', 't1', 't2', 't3', 't4']);
  });
});
