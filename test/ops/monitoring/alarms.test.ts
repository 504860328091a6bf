import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { logMetrics } from '../support/log-metrics.ts';
import { readPage } from '../support/pages.ts';
import { alerts, slugOf } from '../support/prometheus/rule-file.ts';
import { type Alarm, alarmRules, type MetricQuery } from '../support/rules/alarm-rules.ts';
import { ofType, theOne, wholeStack } from '../support/sample.ts';

// The AWS metrics that alarms and the dashboard use, by namespace.
const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
  'AWS/ApplicationELB': ['HealthyHostCount', 'RequestCount', 'HTTPCode_Target_5XX_Count', 'HTTPCode_ELB_5XX_Count'],
  'AWS/ElastiCache': ['DatabaseMemoryUsagePercentage'],
};

const { resources } = wholeStack();
const alertSlugs = alerts.map(({ alert }) => slugOf(alert));
const alarms = ofType<Alarm>(resources, 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm);
const [pager, chat] = ['arn:aws:sns:eu-west-1:123456789012:PagerTopic', 'arn:aws:sns:eu-west-1:123456789012:ChatTopic'];

describe('CloudWatch alarms', () => {
  for (const alarm of alarms)
    it(`are well-formed: ${alarm.AlarmName}`, () => {
      expect(alarmRules(alarm)).to.deep.equal([]);
    });

  for (const { AlarmName, AlarmDescription } of alarms)
    it(`link to a runbook with meaning, impact, diagnosis and mitigation: ${AlarmName}`, () => {
      const slug = AlarmName.replace('ticketd-', '');
      expect(AlarmDescription).to.contain(`ops/deploy/runbooks/${slug}.md`);
      const { headings, commands } = readPage(`ops/deploy/runbooks/${slug}.md`);
      expect(headings).to.deep.equal([slug, 'Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
      expect(commands).to.have.lengthOf.at.least(1);
    });

  it('have, with the Prometheus alerts, exactly one runbook each', () => {
    const pages = readdirSync('ops/deploy/runbooks').filter((name) => name !== 'README.md');
    const slugs = [...alarms.map(({ AlarmName }) => AlarmName.replace('ticketd-', '')), ...alertSlugs];
    expect(pages).to.have.members([...new Set(slugs)].map((slug) => `${slug}.md`));
  });

  it('are all in the table of runbooks, with the receiver of each', () => {
    const { text } = readPage('ops/deploy/runbooks/README.md');
    for (const { AlarmName, AlarmActions = [] } of alarms) {
      const [row = ''] = text.match(new RegExp(`^\\| \\[${AlarmName.replace('ticketd-', '')}\\].*$`, 'm')) ?? [];
      expect(row.split('|').at(-2), AlarmName).to.equal(
        AlarmActions.length === 3
          ? ' pager, chat, scaling '
          : AlarmActions.includes(pager)
            ? ' pager, chat '
            : ' chat ',
      );
    }
  });

  it('use metrics that a metric filter or AWS publishes', () => {
    const made = logMetrics(resources);
    for (const { AlarmName, Namespace = '', MetricName = '', Metrics } of alarms) {
      const metrics = Metrics?.flatMap(({ MetricStat }: MetricQuery) => (MetricStat ? [MetricStat.Metric] : []));
      for (const metric of metrics ?? [{ Namespace, MetricName }])
        expect(
          made.has(`${metric.Namespace}/${metric.MetricName}`) ||
            PUBLISHED[metric.Namespace]?.includes(metric.MetricName),
          AlarmName,
        ).to.equal(true);
    }
  });

  it('include the three of the design document, with its thresholds', () => {
    const the = (id: string) => theOne<Alarm>(resources, id);
    expect(the('LogAlarms.RedisConnectionFailures')).to.deep.include({
      MetricName: 'RedisConnectionFailures',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
      TreatMissingData: 'notBreaching',
      AlarmActions: [pager, chat],
    });
    expect(the('LogAlarms.RedisNotReady')).to.deep.include({
      MetricName: 'WSTicketRedisNotReady',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 10,
      TreatMissingData: 'notBreaching',
      AlarmActions: [chat],
    });
    const unhealthy = the('PlatformAlarms.UnhealthyTargets');
    expect(unhealthy).to.include({
      MetricName: 'HealthyHostCount',
      Statistic: 'Minimum',
      Period: 60,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'breaching',
    });
    expect(unhealthy.Dimensions?.map(({ Name }) => Name)).to.have.members(['TargetGroup', 'LoadBalancer']);
    expect(unhealthy.AlarmActions?.at(-1)).to.match(/:autoscaling:/);
  });
});

describe('alarm rules of the template checks', () => {
  const [good] = alarms;
  const math = alarms.find(({ Metrics }) => Metrics !== undefined);
  const [first, ...others] = math?.Metrics ?? [];
  const faults: readonly (readonly [string, string, object])[] = [
    ['no ComparisonOperator', 'no ComparisonOperator', { ...good, ComparisonOperator: undefined }],
    ['no Threshold', 'no Threshold', { ...good, Threshold: undefined }],
    ['no treatment of missing data', 'missing data', { ...good, TreatMissingData: undefined }],
    ['more datapoints than periods', 'more datapoints', { ...good, DatapointsToAlarm: 2 }],
    ['no alarm action', 'has no alarm action', { ...good, AlarmActions: [] }],
    ['no OK action', 'no OK action', { ...good, OKActions: [] }],
    ['no statistic', 'one statistic', { ...good, Statistic: undefined }],
    ['two statistics', 'one statistic', { ...good, ExtendedStatistic: 'p99' }],
    ['an odd period', 'Period', { ...good, Period: 45 }],
    ['no metric', 'no metric', { ...good, MetricName: undefined }],
    [
      'a sum of an undefined metric',
      'nothing is not there',
      { ...math, Metrics: [{ ...first, Expression: 'nothing + 1' }, ...others] },
    ],
    ['two results', 'one metric', { ...math, Metrics: [first, { ...others[0], ReturnData: true }] }],
    ['an Id with a capital letter', 'small letter', { ...math, Metrics: [{ ...first, Id: 'Failed' }, ...others] }],
    ['a duplicate Id', 'two metrics', { ...math, Metrics: [first, first, ...others] }],
  ];
  for (const [fault, found, alarm] of faults)
    it(`report the fault: ${fault}`, () => {
      expect(alarmRules(alarm as Alarm).join('; ')).to.contain(found);
    });
});
