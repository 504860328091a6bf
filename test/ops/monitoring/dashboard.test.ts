import { expect } from 'chai';
import { type EventDeclaration, events } from '../../../src/log/events.ts';
import { parseQuery } from '../support/insights-query.ts';
import { logMetrics } from '../support/log-metrics.ts';
import type { Alarm } from '../support/rules/alarm-rules.ts';
import { dashboardRules, type Widget, widgetsOf } from '../support/rules/dashboard-rules.ts';
import { ofType, theOne, wholeStack } from '../support/sample.ts';

const { resources } = wholeStack();
const { DashboardBody } = theOne<{ DashboardBody: string }>(resources, 'Dashboard.Dashboard');

describe('CloudWatch dashboard', () => {
  const widgets = widgetsOf(DashboardBody);

  it('is well-formed, without overlapping widgets', () => {
    expect(dashboardRules(DashboardBody)).to.deep.equal([]);
  });

  it('shows the state of exactly the alarms that exist', () => {
    const shown = widgets.flatMap(({ properties: { alarms = [] } }) => alarms);
    const prefix = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:';
    const there = ofType<Alarm>(resources, 'AWS::CloudWatch::Alarm').map(([, { AlarmName }]) => prefix + AlarmName);
    expect(shown).to.have.members(there);
  });

  it('shows exactly the metrics that come from the log', () => {
    const shown = widgets
      .flatMap(({ properties: { metrics = [] } }) => metrics)
      .filter(([namespace]) => namespace === 'ticketd')
      .map(([namespace, name]) => `${namespace}/${name}`);
    expect([...new Set(shown)]).to.have.members([...logMetrics(resources).keys()]);
  });

  it('queries only fields that exist, from the log group of ticketd', () => {
    const queries = widgets.flatMap(({ properties: { query } }) => query ?? []);
    const borne = new Set(Object.values<EventDeclaration>(events).flatMap(({ fields }) => Object.keys(fields)));
    for (const query of queries) {
      const [source, ...commands] = query.split(' | ');
      expect(source).to.equal("SOURCE '/ticketd/ticketd'");
      const { fields } = parseQuery(commands.join(' | '));
      expect(fields.filter((field) => !['event', 'level'].includes(field) && !borne.has(field))).to.deep.equal([]);
    }
    expect(queries).to.have.lengthOf(4);
  });
});

describe('dashboard rules of the template checks', () => {
  const text: Widget = {
    type: 'log',
    x: 0,
    y: 0,
    width: 12,
    height: 6,
    properties: { title: 't', region: 'r', query: 'q' },
  };
  const body = (...widgets: object[]) => JSON.stringify({ widgets });

  it('accept two adjacent widgets', () => {
    expect(dashboardRules(body(text, { ...text, x: 12 }))).to.deep.equal([]);
  });

  const faults: readonly (readonly [string, string, string])[] = [
    ['a body that is not JSON', '{ "widgets": [ }', 'SyntaxError'],
    ['a body without widgets', '{}', 'no widgets'],
    ['an unknown widget type', body({ ...text, type: 'graph' }), 'of type graph'],
    ['overlapping widgets', body(text, { ...text, x: 6 }), 'overlaps'],
    ['a widget beyond the edge', body({ ...text, x: 13 }), 'right edge'],
    ['a metric widget without metrics', body({ ...text, type: 'metric' }), 'no metrics'],
    [
      'a dimension without a value',
      body({ ...text, type: 'metric', properties: { title: 't', region: 'r', metrics: [['n', 'm', 'd']] } }),
      'not a metric',
    ],
  ];
  for (const [fault, faulty, found] of faults)
    it(`report the fault: ${fault}`, () => {
      expect(dashboardRules(faulty).join('; ')).to.contain(found);
    });
});
