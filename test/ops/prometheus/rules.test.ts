import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { readPage } from '../support/pages.ts';
import { eventfulSamples, eventfulScrape } from '../support/prometheus/eventful-life.ts';
import { type Sample, samplesOf } from '../support/prometheus/exposition.ts';
import { mutantsOf, spelledOut } from '../support/prometheus/mutants.ts';
import { promtool } from '../support/prometheus/promtool.ts';
import { alerts, nameOf, rules, slugOf } from '../support/prometheus/rule-file.ts';
import { failuresOf, unitFiles } from '../support/prometheus/unit-tests.ts';
import { alertRules, selectionRules } from '../support/rules/prometheus-rules.ts';

describe('Prometheus rules', () => {
  it('are part of a valid Prometheus configuration', async () => {
    expect(await promtool(['check', 'config', 'ops/deploy/prometheus/prometheus.yml'])).to.equal('');
    expect(parse(readFileSync('ops/deploy/prometheus/prometheus.yml', 'utf8')).rule_files).to.deep.equal([
      'ticketd-alerts.yml',
    ]);
  });

  for (const file of unitFiles)
    it(`pass their promtool unit tests: ${file}`, async () => {
      expect(await promtool(['test', 'rules', file])).to.equal('');
    });

  for (const alert of alerts)
    it(`are well-formed alerts: ${alert.alert}`, () => {
      expect(alertRules(alert)).to.deep.equal([]);
    });

  it('select only metrics, labels and values that ticketd exports', async () => {
    const problems = selectionRules(await eventfulSamples(), rules);
    for (const rule of rules) expect(problems(rule.expr), nameOf(rule)).to.deep.equal([]);
  });

  it('have the severity that the table of runbooks gives', () => {
    const { text } = readPage('ops/deploy/runbooks/README.md');
    for (const { alert, labels } of alerts) {
      const [row = ''] = text.match(new RegExp(`^\\| \\[${slugOf(alert)}\\].*$`, 'm')) ?? [];
      const recipients = row.split('|').at(-2) ?? '';
      expect(recipients.includes('pager') ? 'critical' : recipients.includes('chat') && 'warning', alert).to.equal(
        labels?.severity,
      );
    }
  });
});

interface Family {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

const byName = (one: Family, other: Family): number => one.name.localeCompare(other.name);

/** The service's own metrics in a scrape. */
const familiesOf = (text: string): readonly Family[] =>
  [...text.matchAll(/^# TYPE (ticketd_\w+) (\w+)$/gm)].map(([, name = '', type = '']) => {
    const samples = samplesOf(text).filter((sample) => sample.name.replace(/_(bucket|sum|count)$/, '') === name);
    const labels = new Set(samples.flatMap((sample) => Object.keys(sample.labels)).filter((label) => label !== 'le'));
    return { name, type, labels: [...labels] };
  });

describe('GET /metrics', () => {
  /** Without the metrics of prom-client itself. */
  const oursOf = (lint: string) => lint.split('\n').filter((line) => line !== '' && !line.startsWith('nodejs_active_'));

  it('passes promtool check metrics', async () => {
    expect(oursOf(await promtool(['check', 'metrics'], await eventfulScrape()))).to.deep.equal([]);
  });

  it('returns exactly the metrics, types and labels in ops/deploy/prometheus/README.md', async () => {
    const { text } = readPage('ops/deploy/prometheus/README.md');
    const rows = [...text.matchAll(/^\| `(ticketd_\w+)` \| (\w+) \| ([^|]*) \|/gm)].map(
      ([, name = '', type = '', labels = '']) => ({ name, type, labels: labels.match(/[a-z]+/g) ?? [] }),
    );
    expect(rows.toSorted(byName)).to.deep.equal(familiesOf(await eventfulScrape()).toSorted(byName));
  });

  it('is checked by promtool, which rejects a gauge with the name of a counter', async () => {
    const odd = '# HELP ticketd_odd_total Odd.\n# TYPE ticketd_odd_total gauge\nticketd_odd_total 1\n';
    expect(oursOf(await promtool(['check', 'metrics'], odd))).to.have.lengthOf(1);
  });
});

describe('promtool unit tests of the alerts', () => {
  const mutants = alerts.map((alert) => [alert.alert, mutantsOf(spelledOut(alert))] as const);
  let failures: Promise<ReadonlySet<string>> | undefined;
  const allFailures = () => {
    const replacements = mutants.flatMap(([original, of]) => of.map(({ alert }) => [alert, original] as const));
    failures ??= failuresOf(new Map(replacements));
    return failures;
  };

  for (const [original, of] of mutants)
    it(`fail with a changed limit, window or delay: ${original}`, async () => {
      const found = await allFailures();
      expect(of).to.have.lengthOf.above(2);
      expect(of.filter(({ alert }) => !found.has(alert.alert)).map(({ fault }) => fault)).to.deep.equal([]);
    }).timeout(120_000);

  it('pass with the alerts unchanged', async () => {
    const same = alerts.map((alert) => [spelledOut(alert), alert.alert] as const);
    expect([...(await failuresOf(new Map(same)))]).to.deep.equal([]);
  });
});

describe('Prometheus alert checks', () => {
  const [good] = alerts;
  const samples: readonly Sample[] = [{ name: 'tickets_total', labels: { via: 'http' }, value: '1' }];
  const problems = selectionRules(samples, [{ record: 'job:tickets:rate5m', expr: '1' }]);

  const faults: readonly (readonly [string, string, object])[] = [
    ['a malformed name', 'not a name', { alert: 'redis_down' }],
    ['no severity', 'neither critical', { labels: {} }],
    ['an unknown severity', 'neither critical', { labels: { severity: 'info' } }],
    ['no summary', 'no summary', { annotations: {} }],
    [
      "a link to another alert's runbook",
      'no link',
      { annotations: { summary: 's', runbook_url: 'ops/deploy/runbooks/x.md' } },
    ],
  ];
  for (const [fault, found, change] of faults)
    it(`report the fault: ${fault}`, () => {
      expect(alertRules({ alert: 'TicketdX', expr: '1', ...good, ...change }).join('; ')).to.contain(found);
    });

  for (const sound of [
    'sum by (job) (rate(tickets_total{job="x", via=~"ht.*"}[5m])) > 10 and on (job) job:tickets:rate5m * 300 >= 1e3',
    'absent(tickets_total == 1) or up{job="ticketd"} unless tickets_total{via!="https"}',
  ])
    it(`accept ${sound}`, () => {
      expect(problems(sound)).to.deep.equal([]);
    });

  for (const [expression, found] of [
    ['rate(ticket_total[5m])', 'nothing is ticket_total'],
    ['tickets_total{by="http"}', 'nothing is tickets_total by=http'],
    ['tickets_total{via="htp"}', 'nothing is tickets_total via=htp'],
    ['tickets_total{via!~"ht.."}', 'nothing is tickets_total via!~ht..'],
    ['sum(tickets_total) / job:tickets:rate1m', 'nothing is job:tickets:rate1m'],
  ] as const)
    it(`find an unknown metric, label or value in ${expression}`, () => {
      expect(problems(expression)).to.deep.equal([found]);
    });
});
