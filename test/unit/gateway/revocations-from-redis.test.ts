import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { createSandbox, type SinonFakeTimers } from 'sinon';
import type { RevocationSource } from '../../../src/gateway/revocation-source.ts';
import { revocationsFromRedis } from '../../../src/gateway/revocations-from-redis.ts';
import type { RevocationListener, RevocationLog } from '../../../src/tickets/revocation-log.ts';
import { freezeTime } from '../../support/frozen-time.ts';
import { positionOf } from '../../support/revocations.ts';

describe('ticketd/gateway revocations from Redis', () => {
  const sandbox = createSandbox();
  let clock: SinonFakeTimers;
  beforeEach(() => {
    clock = freezeTime();
  });
  afterEach(() => {
    clock.restore();
    sandbox.restore();
  });

  it('have one listener on the signal, however many attempts have failed, and none once stopped', async () => {
    const signals = new Set<AbortSignal>();
    sandbox.replace(
      globalThis,
      'AbortController',
      class extends AbortController {
        constructor() {
          super();
          signals.add(this.signal);
        }
      },
    );
    const attempts: RevocationListener[] = [];
    const log = fakeLog(attempts);
    const lost: string[] = [];
    const connected: string[] = [];
    const stop = revocationsFromRedis(() => log).follow({
      ...receiver,
      onConnected: (position) => void connected.push(position),
      onLost: (error) => void lost.push(error),
    });
    const listeners = () => [...signals].flatMap((signal) => getEventListeners(signal, 'abort')).length;
    for (let count = 1; count <= 20; count += 1) {
      expect({ attempts: attempts.length, listeners: listeners() }).to.deep.equal({ attempts: count, listeners: 1 });
      attempts.at(-1)?.onDelayed();
      await clock.tickAsync(200);
    }
    stop();
    await clock.tickAsync(200);
    expect(new Set(connected)).to.deep.equal(new Set([positionOf(0)]));
    expect({ lost: lost.length, attempts: attempts.length, listeners: listeners() }).to.deep.equal({
      lost: 20,
      attempts: 21,
      listeners: 0,
    });
  });
});

const fakeLog = (attempts: RevocationListener[]): RevocationLog => ({
  append: async () => {},
  lastPosition: async () => positionOf(0),
  recentPosition: () => positionOf(0),
  lagSeconds: () => 0,
  entriesAfter: async () => [],
  follow: (listener) => {
    attempts.push(listener);
    return () => {};
  },
});

const receiver: Parameters<RevocationSource['follow']>[0] = {
  resumeFrom: () => undefined,
  onConnected: () => {},
  onRevoked: () => {},
  onReset: () => {},
  onMalformed: () => {},
  onLost: () => {},
};
