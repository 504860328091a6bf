import { expect } from 'chai';
import { cases, expectedOf, type Outcomes } from '../../support/examples/cases.ts';
import { examples } from '../../support/examples/examples.ts';
import { type Stage, setStage } from '../../support/examples/stage.ts';
import { metricValue } from '../../support/metric-value.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { run } from '../../support/run.ts';
import { until } from '../../support/until.ts';

const metricsOf = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

describe('examples of gateways', () => {
  let stage: Stage;
  before(async () => {
    stage = await setStage();
  });
  after(() => stage.stop());

  it('follow revocations before the first redeem, if the handshake has the ticket', async () => {
    const inHandshake = examples.filter(({ path }) => path !== undefined);
    const feeds = async () => metricValue(await metricsOf(stage.ticketd.internalUrl), 'ticketd_revocation_feeds');
    await until('each example has its feed', async () => (await feeds()) === inHandshake.length);
    expect(stage.tickets).to.deep.equal([]);
  });

  for (const played of cases)
    describe(played.title, () => {
      let outcomes: Outcomes;
      before(async () => {
        outcomes = await played.play(stage);
      });

      for (const example of examples) {
        const expected = expectedOf(played, example);
        if (expected !== undefined)
          it(`${example.name}: ${expected}`, () => {
            expect(outcomes.get(example)).to.equal(expected);
          });
      }
    });

  describe('after all of this', () => {
    it('no example has redeemed a ticket twice, but for those that came twice', () => {
      const used = stage.ticketd.lines.filter(({ reason }) => reason === 'used');
      expect(used).to.have.lengthOf(examples.length);
    });

    for (const example of examples)
      it(`${example.name}: the log has no ticket`, () => {
        const output = stage.programs.get(example)?.output ?? '';
        expect(output).to.not.equal('');
        expect(stage.tickets.filter((ticket) => output.includes(ticket))).to.deep.equal([]);
        expect(output).to.not.include('wst_').and.to.not.include(GATEWAY_KEY);
      });
  });

  it('have the right types where they are in TypeScript', async () => {
    await run('node_modules/.bin/tsc', ['-p', 'ops/examples/nestjs']);
  });
});
