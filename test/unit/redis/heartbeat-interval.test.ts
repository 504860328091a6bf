import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createHeartbeat, type Heartbeat } from '../../../src/redis/heartbeat.ts';
import { freezeTime, passTime } from '../../support/frozen-time.ts';

const INTERVAL_MS = 5000;

describe('heartbeat with an interval of 5 s', () => {
  let clock: SinonFakeTimers;
  let heartbeat: Heartbeat;
  let writes: { readonly at: number; readonly thorough: boolean }[];
  let reply: () => Promise<unknown>;
  let slowAt: number[];
  beforeEach(() => {
    clock = freezeTime();
    writes = [];
    slowAt = [];
    reply = async () => 'OK';
    heartbeat = createHeartbeat({
      intervalMs: INTERVAL_MS,
      write: (thorough) => {
        writes.push({ at: performance.now(), thorough });
        return reply();
      },
      onWritten: () => {},
      onError: () => {},
      onSlow: () => slowAt.push(performance.now()),
      onDead: () => {},
    });
    heartbeat.begin();
  });
  afterEach(() => {
    heartbeat.end();
    clock.restore();
  });
  const times = () => writes.map(({ at }) => at);
  const pass = (ms: number) => passTime(clock, ms);

  it('writes immediately, and then every 5 s', async () => {
    await pass(15_100);
    expect(times()).to.deep.equal([0, 5000, 10_000, 15_000]);
  });

  it('sends every command first, and again with every tenth write', async () => {
    await pass(20 * INTERVAL_MS + 100);
    const thorough = writes.flatMap((write, number) => (write.thorough ? [number] : []));
    expect(thorough).to.deep.equal([0, 10, 20]);
  });

  it('sends every command after an error and every 500 ms until a write succeeds', async () => {
    await pass(INTERVAL_MS - 100);
    reply = () => Promise.reject(new Error('READONLY'));
    await pass(1200);
    reply = async () => 'OK';
    await pass(INTERVAL_MS + 500);
    expect(writes.slice(1)).to.deep.equal([
      { at: 5000, thorough: false },
      { at: 5500, thorough: true },
      { at: 6000, thorough: true },
      { at: 6500, thorough: true },
      { at: 11_500, thorough: false },
    ]);
  });

  it('sends every command on a new connection', async () => {
    await pass(100);
    heartbeat.begin();
    await pass(100);
    expect(writes.map(({ thorough }) => thorough)).to.deep.equal([true, true]);
  });

  it('reports a slow reply after 1 s, as with any interval', async () => {
    await pass(INTERVAL_MS - 100);
    reply = () => new Promise(() => {});
    await pass(1200);
    expect(slowAt).to.deep.equal([6000]);
  });

  it('writes immediately when asked to, but never two concurrently', async () => {
    await pass(1000);
    reply = () => new Promise(() => {});
    heartbeat.check();
    heartbeat.check();
    await pass(1100);
    expect(times()).to.deep.equal([0, 1000]);
    expect(slowAt).to.deep.equal([2000]);
  });

  it('writes nothing after end(), even when asked to', () => {
    heartbeat.end();
    heartbeat.check();
    expect(times()).to.deep.equal([0]);
  });
});
