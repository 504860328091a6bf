import { type Alert, rules } from './rule-file.ts';

/** An alert with one fault, and a name of its own. */
export interface Mutant {
  readonly fault: string;
  readonly alert: Alert;
}

const FACTORS = [4, 1 / 4];
const SECONDS = { s: 1, m: 60, h: 3600 } as const;
const PROTECTED = /"[^"]*"|\[[^\]]*\]|[a-zA-Z_:][\w:]*/g;

/** The same alert with its recording rules expanded. */
export const spelledOut = (alert: Alert): Alert => ({
  ...alert,
  expr: rules.reduce((expr, rule) => (rule.record ? expr.replaceAll(rule.record, `(${rule.expr})`) : expr), alert.expr),
});

/** Alerts that always or never fire, and alerts with a changed limit, window or delay. */
export const mutantsOf = (alert: Alert): readonly Mutant[] =>
  [
    ...['vector(1)', 'vector(1) > 2', ...FACTORS.flatMap((factor) => distorted(alert.expr, factor))].map((expr) => ({
      fault: expr,
      alert: { ...alert, expr },
    })),
    ...FACTORS.flatMap((factor) => delayed(alert, factor)),
  ].map(({ fault, alert }, index) => ({ fault, alert: { ...alert, alert: `${alert.alert}Mutant${index}` } }));

const delayed = (alert: Alert, factor: number): readonly Mutant[] =>
  alert.for === undefined
    ? []
    : [scaled(alert.for, factor)].map((delay) => ({ fault: `for: ${delay}`, alert: { ...alert, for: delay } }));

/** The expression with each number changed in turn, and with other windows if it has any. */
const distorted = (expression: string, factor: number): readonly string[] => [
  ...numbersIn(expression).map(
    ({ 0: number, index = 0 }) =>
      expression.slice(0, index) + Number(number) * factor + expression.slice(index + number.length),
  ),
  ...[expression.replace(/(?<=\[)\w+(?=\])/g, (window) => scaled(window, factor))].filter((e) => e !== expression),
];

/** The numbers that are not 0, nor part of a name, a string or a window. */
const numbersIn = (expression: string): readonly RegExpMatchArray[] =>
  [...expression.replace(PROTECTED, (text) => '_'.repeat(text.length)).matchAll(/(?<![\w.])\d+(?:\.\d+)?/g)].filter(
    ([number]) => Number(number) !== 0,
  );

const scaled = (duration: string, factor: number): string => {
  const unit = duration.at(-1) as keyof typeof SECONDS;
  return `${Number.parseInt(duration, 10) * SECONDS[unit] * factor}s`;
};
