import { parseFilterPattern, selectorOf } from '../filter-pattern.ts';
import type { Rule } from './container-rules.ts';

export interface MetricFilter {
  readonly FilterPattern: string;
  readonly LogGroupName: string;
  readonly MetricTransformations: readonly MetricTransformation[];
}

export interface MetricTransformation {
  readonly MetricNamespace: string;
  readonly MetricName: string;
  readonly MetricValue: string;
  readonly DefaultValue?: number;
  readonly Dimensions?: readonly { readonly Key: string; readonly Value: string }[];
}

const MAX_DIMENSIONS = 3;

export const filterRules: Rule<MetricFilter> = ({ FilterPattern, MetricTransformations }) => [
  ...patternRules(FilterPattern),
  ...(MetricTransformations.length === 1 ? [] : ['a filter has exactly one transformation']),
  ...MetricTransformations.flatMap(transformationRules),
];

const patternRules: Rule<string> = (pattern) => errorOf(() => parseFilterPattern(pattern));

const transformationRules: Rule<MetricTransformation> = ({ MetricValue, DefaultValue, Dimensions }) => [
  ...(DefaultValue !== undefined && Dimensions !== undefined ? ['DefaultValue and Dimensions exclude each other'] : []),
  ...((Dimensions?.length ?? 0) > MAX_DIMENSIONS ? ['more than 3 dimensions'] : []),
  ...(Dimensions ?? []).flatMap(({ Value }) => errorOf(() => selectorOf(Value))),
  ...(/^\d+$/.test(MetricValue) ? [] : errorOf(() => selectorOf(MetricValue))),
];

const errorOf = (parse: () => unknown): readonly string[] => {
  try {
    parse();
    return [];
  } catch (error) {
    return [String(error)];
  }
};
