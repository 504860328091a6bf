import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { figuresOf, tasksForStorm } from '../../../ops/build/capacity/formula.ts';
import { faultsOf } from '../../../ops/build/capacity/growth.ts';
import { plotsOf, withResults } from '../../../ops/build/capacity/page.ts';
import { readResult } from '../../../ops/build/capacity/results.ts';

const results = { scale: readResult('scale'), storm: readResult('storm'), soak: readResult('soak') };
const read = (name: string) => readFile(`ops/deploy/capacity/${name}`, 'utf8');

describe('ops/deploy/capacity/README.md', () => {
  it('contains the figures of the result files', async () => {
    const page = await read('README.md');
    expect(withResults(page, results), 'run "npm run capacity"').to.equal(page);
  });

  it('shows every plot, each drawn from the result files', async () => {
    const page = await read('README.md');
    for (const [name, svg] of Object.entries(plotsOf(results))) {
      expect(page).to.contain(`](${name})`);
      expect(await read(name), 'run "npm run capacity"').to.equal(svg);
    }
  });

  it('shows storms that were simulated with the published costs', () => {
    const { simulated, users } = results.storm;
    for (const { tasks, withinSeconds } of simulated)
      if (withinSeconds !== null) expect(tasks).to.equal(tasksForStorm(users, withinSeconds, figuresOf(results.scale)));
  });

  it('shows storms that ended within the time that the formula promises', () => {
    const promised = results.storm.simulated.filter(({ withinSeconds }) => withinSeconds !== null);
    expect(promised).to.have.lengthOf(3);
    for (const { withinSeconds, cut, outage } of promised)
      for (const { backSeconds } of [cut, outage]) expect(backSeconds.all).to.be.within(0, withinSeconds ?? 0);
  });

  it('shows a measured storm within 25% of the simulated one', () => {
    const { observed, predicted } = results.storm.real;
    for (const part of ['half', 'most', 'all'] as const) {
      const expected = predicted.backSeconds[part] ?? Number.NaN;
      expect(observed.backSeconds[part], part).to.be.within(expected * 0.75, expected * 1.25);
    }
  });

  it('shows a soak test of at least 20 minutes without faults', () => {
    const { soak } = results;
    expect(soak.minutes).to.be.at.least(20);
    expect(faultsOf(soak)).to.deep.equal([]);
    expect(soak.restartsOfRedis).to.be.above(5);
    expect(soak.restartsOfTicketd).to.be.above(5);
  });
});
