import type { Rule } from './container-rules.ts';

export interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription?: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
  readonly Metrics?: readonly MetricQuery[];
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly EvaluationPeriods?: number;
  readonly DatapointsToAlarm?: number;
  readonly ComparisonOperator?: string;
  readonly Threshold?: number | string;
  readonly TreatMissingData?: string;
  readonly AlarmActions?: readonly string[];
  readonly OKActions?: readonly string[];
}

export interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly ReturnData?: boolean;
  readonly MetricStat?: { readonly Metric: { readonly Namespace: string; readonly MetricName: string } };
}

export const alarmRules: Rule<Alarm> = (alarm) => [
  ...(alarm.ComparisonOperator === undefined ? ['no ComparisonOperator'] : []),
  ...(Number.isFinite(Number(alarm.Threshold ?? Number.NaN)) ? [] : ['no Threshold']),
  ...(alarm.TreatMissingData === undefined ? ['what missing data means is not said'] : []),
  ...((alarm.DatapointsToAlarm ?? 1) > (alarm.EvaluationPeriods ?? 0) ? ['more datapoints than periods'] : []),
  ...((alarm.AlarmActions?.length ?? 0) === 0 ? ['has no alarm action'] : []),
  ...((alarm.OKActions?.length ?? 0) === 0 ? ['has no OK action'] : []),
  ...(alarm.Metrics === undefined ? singleMetricRules(alarm) : mathRules(alarm.Metrics)),
];

const singleMetricRules: Rule<Alarm> = ({ Namespace, MetricName, Period, Statistic, ExtendedStatistic }) => [
  ...(Namespace === undefined || MetricName === undefined ? ['no metric'] : []),
  ...(Period === 10 || Period === 30 || (Period ?? 1) % 60 === 0 ? [] : ['Period is neither 10, 30 nor whole minutes']),
  ...((Statistic === undefined) === (ExtendedStatistic === undefined) ? ['one statistic, and only one'] : []),
];

const FUNCTIONS = new Set(['IF', 'FILL', 'MAX', 'MIN', 'SUM']);

const mathRules: Rule<readonly MetricQuery[]> = (queries) => {
  const ids = new Set(queries.map(({ Id }) => Id));
  const named = queries.flatMap(({ Expression = '' }) => Expression.match(/[A-Za-z_]\w*/g) ?? []);
  return [
    ...(queries.filter(({ ReturnData }) => ReturnData !== false).length === 1 ? [] : ['one metric is to be looked at']),
    ...(ids.size === queries.length ? [] : ['two metrics of one Id']),
    ...[...ids].filter((id) => !/^[a-z]\w*$/.test(id)).map((id) => `${id} does not begin with a small letter`),
    ...named.filter((word) => !ids.has(word) && !FUNCTIONS.has(word)).map((word) => `${word} is not there`),
  ];
};
