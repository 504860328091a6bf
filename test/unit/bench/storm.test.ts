import { expect } from 'chai';
import { createAgenda } from '../../bench/storm/agenda.ts';
import { CLIENT } from '../../bench/storm/clients.ts';
import { seededRandom } from '../../bench/storm/random.ts';
import { type StormOptions, simulateStorm, WINDOW_MS } from '../../bench/storm/simulate.ts';

const CLIENTS = 2000;
const FREE = { connectMicros: 0, refusedMicros: 0, shedMicros: 0 };
const WIDE = { maxInFlight: Number.POSITIVE_INFINITY, perTurn: 32 };

const storm = (options: Partial<StormOptions> = {}) =>
  simulateStorm({ clients: CLIENTS, outageMs: 0, costs: FREE, gate: WIDE, seed: 1, ...options });

describe('storm simulation', () => {
  it('returns the same result for the same seed, and a different one for another seed', () => {
    expect(storm()).to.deep.equal(storm());
    expect(storm({ seed: 2 })).not.to.deep.equal(storm());
  });

  it('spreads the first attempts evenly over the base delay of the client', () => {
    const { backAt, requests, sent } = storm();
    expect(requests).to.equal(CLIENTS);
    expect(backAt.at(-1)).to.be.at.most(CLIENT.baseDelayMs);
    expect(backAt[CLIENTS / 2]).to.be.within(450, 550);
    expect(sent.reduce((sum, count) => sum + count)).to.equal(CLIENTS);
    expect(Math.max(...sent)).to.be.below((1.5 * CLIENTS * WINDOW_MS) / CLIENT.baseDelayMs);
  });

  it('takes as long as the simulated work', () => {
    const { backAt, requests } = storm({ costs: { ...FREE, connectMicros: 1000 } });
    expect(requests).to.equal(CLIENTS);
    expect(backAt.at(-1)).to.be.within(CLIENTS, CLIENTS + 10);
  });

  it('delays each client by Retry-After while Redis is down', () => {
    const outageMs = 1500;
    const { backAt, refused, requests } = storm({ outageMs });
    expect(refused).to.equal(CLIENTS);
    expect(requests).to.equal(2 * CLIENTS);
    expect(backAt[0]).to.be.at.least(2000);
    // The second wait spans twice the first.
    expect(backAt.at(-1)).to.be.within(4500, 1000 + 2000 + 2000 + 1);
  });

  it('rejects requests beyond maxInFlight, and their clients connect later', () => {
    const gate = { maxInFlight: 100, perTurn: 32 };
    const { backAt, shed, requests } = storm({ costs: { ...FREE, connectMicros: 1000 }, gate });
    expect(shed).to.be.above(0);
    expect(requests).to.equal(CLIENTS + shed);
    expect(backAt).to.have.lengthOf(CLIENTS);
    expect(backAt.at(-1)).to.be.above(CLIENTS);
  });

  it('drops a request whose client has timed out, and receives its retry', () => {
    const { givenUp, requests, backAt } = storm({ costs: { ...FREE, connectMicros: 10_000 } });
    expect(givenUp).to.be.within(CLIENTS / 4, CLIENTS);
    expect(requests).to.equal(CLIENTS + givenUp);
    expect(backAt).to.have.lengthOf(CLIENTS);
  });

  it('ends when no client ever connects', () => {
    const { backAt } = storm({ clients: 10, outageMs: Number.POSITIVE_INFINITY, endMs: 60_000 });
    expect(backAt).to.deep.equal([]);
  });

  it('restores the clock', () => {
    const before = performance.now();
    storm();
    expect(performance.now()).to.be.above(before);
  });
});

describe('storm agenda', () => {
  it('returns due entries, the earliest first, and the others later', () => {
    const agenda = createAgenda();
    agenda.add(1, 30);
    agenda.add(2, 10);
    agenda.add(3, 10.5);
    expect([agenda.takeDue(5), agenda.next()]).to.deep.equal([undefined, 10]);
    expect([agenda.takeDue(20), agenda.takeDue(20), agenda.takeDue(20)]).to.deep.equal([2, 3, undefined]);
    agenda.add(4, 15);
    expect([agenda.takeDue(21), agenda.takeDue(30), agenda.takeDue(30), agenda.next()]).to.deep.equal([
      4,
      1,
      undefined,
      undefined,
    ]);
  });
});

describe('seededRandom()', () => {
  it('returns numbers that are evenly distributed between 0 and 1', () => {
    const numbers = Array.from({ length: 10_000 }, seededRandom(7));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const within = numbers.filter((number) => Math.floor(number * 10) === tenth);
      expect(within.length, `from ${tenth / 10}`).to.be.within(900, 1100);
    }
  });
});
