import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Dashboard, Panel } from '../support/grafana/dashboard.ts';
import { readPage } from '../support/pages.ts';
import { eventfulSamples } from '../support/prometheus/eventful-life.ts';
import { promtool } from '../support/prometheus/promtool.ts';
import { rules } from '../support/prometheus/rule-file.ts';
import { expressionsOf, grafanaRules, isPanel } from '../support/rules/grafana-rules.ts';
import { selectionRules } from '../support/rules/prometheus-rules.ts';
import { typeErrors } from '../support/typed.ts';

const TYPE = { name: 'Dashboard', file: 'test/ops/support/grafana/dashboard.ts' };
const dashboard: Dashboard = JSON.parse(readFileSync('ops/deploy/grafana/ticketd.json', 'utf8'));
const panels = dashboard.panels.filter(isPanel);

/** As Grafana sends them to Prometheus. */
const sent = expressionsOf(dashboard).map((expression) =>
  expression
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '3h')
    .replaceAll('$job', 'ticketd')
    .replaceAll('$instance', '.*'),
);

/** The problems that promtool reports for expressions. */
const unsound = async (expressions: readonly string[]): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'ticketd-grafana-'));
  try {
    const file = join(folder, 'expressions.yml');
    const rules = expressions.map((expr, index) => ({ record: `expression:${index}`, expr }));
    await writeFile(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    return await promtool(['check', 'rules', file]);
  } finally {
    await rm(folder, { recursive: true });
  }
};

describe('Grafana dashboard ops/deploy/grafana/ticketd.json', () => {
  it("matches Grafana's own types", async () => {
    expect(await typeErrors(dashboard, TYPE)).to.equal('');
  });

  it('has panels that do not overlap, with unique ids, and every variable that they use', () => {
    expect(grafanaRules(dashboard)).to.deep.equal([]);
  });

  it('has expressions that Prometheus parses', async () => {
    expect(sent).to.have.lengthOf.above(panels.length);
    expect(await unsound(sent)).to.equal('');
  });

  it('queries only metrics, labels and values that ticketd exports', async () => {
    const problems = selectionRules(await eventfulSamples(), rules);
    expect(sent.flatMap(problems)).to.deep.equal([]);
  });

  it('shows every metric of ticketd', async () => {
    const ours = (await eventfulSamples()).map(({ name }) => name).filter((name) => name.startsWith('ticketd_'));
    const families = new Set(ours.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    const shown = sent.join('\n');
    expect(families.size).to.be.above(10);
    expect([...families].filter((family) => !shown.includes(family))).to.deep.equal([]);
  });

  it('names only runbooks that exist', () => {
    const { text } = readPage('ops/deploy/runbooks/README.md');
    const named = panels.flatMap(({ description }) => [
      ...description.matchAll(/runbook ([a-z-]+)|\(([a-z]+-[a-z-]+)\)/gi),
    ]);
    expect(named).to.have.lengthOf.above(8);
    for (const [, one, other] of named) expect(text).to.contain(`[${one ?? other}]`);
  });
});

describe('Grafana dashboard checks', () => {
  const [first, second] = panels as [Panel, Panel];
  const withPanels = (...panels: readonly object[]) => ({ ...dashboard, panels }) as Dashboard;
  const withTarget = (change: object) => withPanels({ ...first, targets: [{ ...first.targets[0], ...change }] });

  const mistyped: readonly (readonly [string, string, object])[] = [
    ['no schemaVersion', 'schemaVersion', { ...dashboard, schemaVersion: undefined }],
    ['no position', 'gridPos', withPanels({ ...first, gridPos: undefined })],
    ['an unknown panel type', 'type', withPanels({ ...first, type: 'graf' })],
    ['a misspelt option', 'colourMode', withPanels({ ...first, options: { ...first.options, colourMode: 'value' } })],
    [
      'an invalid value of an option',
      '"loud"',
      withPanels({ ...first, options: { ...first.options, colorMode: 'loud' } }),
    ],
    [
      'a data source given by its name',
      'uid',
      withPanels({ ...first, datasource: { type: 'prometheus', uid: 'Prom' } }),
    ],
    ['a query without an expression', 'expr', withTarget({ expr: undefined })],
    ['a misspelt field of a query', 'legend', withTarget({ legend: 'x' })],
  ];
  for (const [fault, found, faulty] of mistyped)
    it(`report the fault: ${fault}`, async () => {
      expect(await typeErrors(faulty, TYPE)).to.contain(found);
    });

  const at = (x: number) => ({ ...second, gridPos: { ...first.gridPos, x } });
  const faults: readonly (readonly [string, string, Dashboard])[] = [
    ['two panels with one id', `two panels are ${first.id}`, withPanels(first, { ...second, id: first.id })],
    ['two panels with one title', 'two panels are', withPanels(first, { ...second, title: first.title })],
    ['panels that overlap', 'overlaps', withPanels(first, at(first.gridPos.w - 1))],
    ['a panel beyond the edge', 'right edge', withPanels(at(24))],
    ['a panel without a query', 'asks for nothing', withPanels({ ...first, targets: [] })],
    [
      'two queries with one name',
      'two queries',
      withPanels({ ...first, targets: [...first.targets, ...first.targets] }),
    ],
    ['an undefined variable', 'no $pod', withTarget({ expr: 'up{pod="$pod"}' })],
    ['an unused variable', '$instance is for nothing', withTarget({ expr: 'up' })],
  ];
  for (const [fault, found, faulty] of faults)
    it(`report the fault: ${fault}`, () => {
      expect(grafanaRules(faulty).join('; ')).to.contain(found);
    });

  it('report the fault: an expression that Prometheus cannot parse', async () => {
    expect(await unsound(['sum(rate(up[1m])'])).to.contain('parse error');
  });
});
