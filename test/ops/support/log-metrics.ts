import { parseFilterPattern, selectorOf } from './filter-pattern.ts';
import type { Alarm } from './rules/alarm-rules.ts';
import type { MetricFilter } from './rules/filter-rules.ts';
import { ofType } from './sample.ts';
import type { Resources } from './stack.ts';

/** The values that CloudWatch would put into a metric for these lines, in order. */
export type LogMetric = (lines: readonly unknown[]) => readonly number[];

/** Every metric that the filters make, as `namespace/name`. */
export const logMetrics = (resources: Resources): ReadonlyMap<string, LogMetric> =>
  new Map(
    ofType<MetricFilter>(resources, 'AWS::Logs::MetricFilter').map(([, filter]) => [nameOf(filter), valuesOf(filter)]),
  );

const nameOf = ({ MetricTransformations: [transformation] }: MetricFilter): string =>
  `${transformation?.MetricNamespace}/${transformation?.MetricName}`;

const valuesOf = ({ FilterPattern, MetricTransformations: [transformation] }: MetricFilter): LogMetric => {
  const matches = parseFilterPattern(FilterPattern);
  const value = transformation?.MetricValue ?? '';
  const take = value.startsWith('$') ? selectorOf(value) : () => value;
  return (lines) => lines.filter(matches).map((line) => Number(take(line)));
};

/** Whether one period with these lines, repeated for the alarm's evaluation periods, raises it. */
export const goesOff = (alarm: Alarm, metrics: ReadonlyMap<string, LogMetric>, lines: readonly unknown[]): boolean => {
  const metric = metrics.get(`${alarm.Namespace}/${alarm.MetricName}`);
  if (metric === undefined) throw new Error(`${alarm.AlarmName} looks at a metric that no filter makes`);
  if (alarm.ComparisonOperator !== 'GreaterThanThreshold') throw new Error(`unknown: ${alarm.ComparisonOperator}`);
  const values = metric(lines);
  // Without a value a period is missing data, which is no breach.
  return values.length > 0 && statisticOf(alarm)(values) > Number(alarm.Threshold);
};

const statisticOf = ({ Statistic, ExtendedStatistic }: Alarm): ((values: readonly number[]) => number) => {
  const statistic = Statistic ?? ExtendedStatistic ?? '';
  if (statistic === 'Sum') return (values) => values.reduce((sum, value) => sum + value, 0);
  const percentile = Number(/^p(\d+)$/.exec(statistic)?.[1]);
  if (Number.isNaN(percentile)) throw new Error(`unknown statistic: ${statistic}`);
  return (values) => values.toSorted((a, b) => a - b)[Math.ceil((percentile / 100) * values.length) - 1] ?? 0;
};
