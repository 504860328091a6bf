import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createHeartbeat, type Heartbeat } from '../../../src/redis/heartbeat.ts';
import { freezeTime, turns } from '../../support/frozen-time.ts';

const STEP_MS = 50;
const COMMAND_TIMEOUT_MS = 2_000;

describe('readiness with a slow Redis', () => {
  let clock: SinonFakeTimers;
  let heartbeat: Heartbeat;
  let replyAfterMs: () => number;
  let changes: string[];
  let writes: number[];
  beforeEach(() => {
    clock = freezeTime();
    changes = [];
    writes = [];
    const become = (state: string) => {
      if (state !== changes.at(-1)) changes.push(state);
    };
    heartbeat = createHeartbeat({
      intervalMs: 500,
      write: () => {
        writes.push(performance.now());
        return reply(replyAfterMs());
      },
      onWritten: () => become('ready'),
      onError: () => become('error'),
      onSlow: () => become('slow'),
      onDead: () => become('dead'),
    });
  });
  afterEach(() => {
    heartbeat.end();
    clock.restore();
  });

  const reply = (ms: number) =>
    new Promise((resolve, reject) => {
      if (ms < COMMAND_TIMEOUT_MS) setTimeout(resolve, ms);
      else setTimeout(() => reject(new Error('Command timed out')), COMMAND_TIMEOUT_MS);
    });

  const pass = async (ms: number, replies: () => number) => {
    replyAfterMs = replies;
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await clock.tickAsync(STEP_MS);
      await turns(3);
    }
  };
  const begin = async () => {
    replyAfterMs = () => 1;
    heartbeat.begin();
    await pass(1_000, () => 1);
    expect(changes).to.deep.equal(['ready']);
  };

  /** Cycles through these times. */
  const cycle = (...times: readonly number[]) => {
    let n = 0;
    return () => times[n++ % times.length] ?? 0;
  };

  for (const [what, replies] of [
    ['after 1.1 s', () => () => 1_100],
    ['after 1.9 s', () => () => 1_900],
    ['after 1 to 2 s', () => cycle(1_000, 1_700, 1_200, 1_999, 1_400)],
    ['after 0.9 and 1.1 s in turn', () => cycle(900, 1_100)],
    ['after 0.6 to 1.1 s', () => cycle(600, 1_100, 700, 800)],
    ['promptly one time in three', () => cycle(1_500, 10, 1_200)],
    ['promptly two times in three', () => cycle(1_500, 10, 10)],
    ['late one time in 21', () => cycle(1_500, ...Array.from({ length: 20 }, () => 501))],
  ] as const)
    it(`changes once when Redis replies ${what}`, async () => {
      await begin();
      await pass(20_000, replies());
      expect(changes).to.deep.equal(['ready', 'slow']);
    });

  for (const ms of [1, 500, 900])
    it(`does not change when Redis always replies after ${ms} ms`, async () => {
      replyAfterMs = () => ms;
      heartbeat.begin();
      await pass(20_000, () => ms);
      expect(changes).to.deep.equal(['ready']);
    });

  it('is restored by the third prompt reply in a row; the next write does not wait for the interval', async () => {
    await begin();
    await pass(3_000, () => 1_400);
    const before = writes.length;
    await pass(1_400, cycle(500));
    expect(changes).to.deep.equal(['ready', 'slow']);
    await pass(1_500, cycle(500));
    expect(changes).to.deep.equal(['ready', 'slow', 'ready']);
    const gaps = writes.slice(before, before + 3).map((at, n, all) => at - (all[n - 1] ?? at));
    expect(gaps).to.deep.equal([0, 500, 500]);
  });

  it('is restored by the 21st reply in time when Redis is slow but no longer late', async () => {
    await begin();
    await pass(3_000, () => 1_400);
    const late = writes.length;
    await pass(19 * 900, cycle(900));
    expect(changes).to.deep.equal(['ready', 'slow']);
    await pass(4 * 900, cycle(900));
    expect(changes).to.deep.equal(['ready', 'slow', 'ready']);
    expect(writes.length - late).to.be.within(21, 25);
  });

  it('is checked by a write every 500 ms again when Redis is prompt again', async () => {
    await begin();
    await pass(2_000, () => 1_400);
    await pass(3_000, () => 1);
    const before = writes.length;
    await pass(5_000, () => 1);
    expect(writes.length - before).to.equal(10);
  });

  it('is restored by three prompt replies on a new connection when the last one was slow', async () => {
    await begin();
    await pass(1_500, () => 1_900);
    heartbeat.end();
    heartbeat.begin();
    await pass(8_000, cycle(10, 1_500));
    expect(changes).to.deep.equal(['ready', 'slow']);
    await pass(3_000, () => 10);
    expect(changes).to.deep.equal(['ready', 'slow', 'ready']);
  });

  it('is restored by the first reply on a new connection when the last one was never late', async () => {
    await begin();
    heartbeat.end();
    changes.length = 0;
    const before = writes.length;
    replyAfterMs = () => 10;
    heartbeat.begin();
    await pass(100, () => 10);
    expect(changes).to.deep.equal(['ready']);
    expect(writes.length - before).to.equal(1);
  });
});
