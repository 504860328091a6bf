import { expect } from 'chai';
import { type Figures, sizeFor, tasksForStorm } from '../../../ops/build/capacity/formula.ts';
import { simulateStorm } from '../../bench/storm/simulate.ts';

const figures: Figures = {
  single: { ticketdMicros: 300, redisMicros: 50 },
  cluster: { ticketdMicros: 400, redisMicros: 100 },
  refusedMicros: 100,
  shedMicros: 60,
  bytesPerTicket: 400,
};

describe('ops/build/capacity/formula.ts', () => {
  it('returns one spare task and one shard for a minimal load', () => {
    expect(sizeFor(1, figures)).to.include({ tasks: 2, shards: 1 });
  });

  it('loads each task to the scaling target, and a shard to half a core', () => {
    // 2,000 × 300 µs is 0.6 of a core.
    expect(sizeFor(2000, figures).tasks).to.equal(2);
    expect(sizeFor(2001, figures).tasks).to.equal(3);
    // 10,000 × 50 µs is half a core.
    expect(sizeFor(10_000, figures)).to.include({ tasks: 6, shards: 1 });
  });

  it('calculates with the costs of a cluster when one shard is not enough', () => {
    expect(sizeFor(10_001, figures)).to.include({ tasks: 8, shards: 3 });
  });

  it('calculates the memory from the tickets issued during one ticket lifetime', () => {
    expect(sizeFor(1000, figures).memoryMb).to.be.closeTo((1000 * 30 * 400) / 2 ** 20, 0.001);
    expect(sizeFor(1000, figures, 300).memoryMb).to.be.closeTo((1000 * 300 * 400) / 2 ** 20, 0.001);
  });

  it('returns more tasks for a storm of more users or for a shorter time', () => {
    const tasks = tasksForStorm(100_000, 30, figures);
    expect(tasksForStorm(1_000_000, 30, figures)).to.be.within(9 * tasks, 10 * tasks);
    expect(tasksForStorm(100_000, 10, figures)).to.be.above(tasks);
  });

  for (const outageMs of [0, 30_000])
    for (const withinSeconds of [20, 60])
      it(`reconnects all users of a simulated storm within ${withinSeconds} s after ${outageMs / 1000} s without Redis`, () => {
        const users = 200_000;
        const clients = Math.round(users / tasksForStorm(users, withinSeconds, figures));
        const { single, ...refusals } = figures;
        const costs = { connectMicros: single.ticketdMicros, ...refusals };
        const { backAt } = simulateStorm({
          clients,
          outageMs,
          costs,
          gate: { maxInFlight: 8000, perTurn: 32 },
          seed: 1,
        });
        expect(backAt).to.have.lengthOf(clients);
        expect((backAt.at(-1) ?? Number.NaN) - outageMs).to.be.at.most(withinSeconds * 1000);
      }).timeout(60_000);
});
