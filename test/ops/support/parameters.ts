import type { Parameter, Template } from './template.ts';

export type Values = Readonly<Record<string, unknown>>;

/** The parameter values of a template that CloudFormation would refuse. */
export const problemsOf = ({ Parameters = {} }: Template, given: Values): readonly string[] => [
  ...Object.keys(given)
    .filter((name) => !(name in Parameters))
    .map((name) => `${name}: no such parameter`),
  ...Object.entries(Parameters).flatMap(([name, parameter]) => {
    const value = given[name] ?? parameter.Default;
    return value === undefined ? [`${name}: no value`] : broken(parameter, value).map((rule) => `${name}: ${rule}`);
  }),
];

/** The effective values: the given ones, or the defaults. */
export const inForce = ({ Parameters = {} }: Template, given: Values): Values => ({
  ...Object.fromEntries(Object.entries(Parameters).map(([name, { Default }]) => [name, Default])),
  ...given,
});

const broken = (parameter: Parameter, value: unknown): readonly string[] => {
  const { AllowedPattern, AllowedValues, MinValue = -Infinity, MaxValue = Infinity, Type } = parameter;
  const rules: Readonly<Record<string, boolean>> = {
    [`not of ${AllowedPattern}`]: AllowedPattern !== undefined && !fits(AllowedPattern, String(value)),
    [`not one of ${AllowedValues}`]: AllowedValues !== undefined && !AllowedValues.map(String).includes(String(value)),
    'not a number': Type === 'Number' && Number.isNaN(Number(value)),
    [`not from ${MinValue} to ${MaxValue}`]: Number(value) < MinValue || Number(value) > MaxValue,
  };
  return Object.keys(rules).filter((rule) => rules[rule]);
};

// CloudFormation matches the whole value.
const fits = (pattern: string, value: string): boolean => new RegExp(`^(?:${pattern})$`).test(value);
