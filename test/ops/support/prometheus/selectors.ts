import type { Sample } from './exposition.ts';

/** What an expression selects: a metric and its label matchers. */
export interface Selector {
  readonly name: string;
  readonly matchers: readonly Matcher[];
}

interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

// https://prometheus.io/docs/prometheus/latest/querying/basics/
const STRING = String.raw`"(?:[^"\\]|\\.)*"`;
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;
const RANGE = /\[[^\]]*\]/g;
const NAME = new RegExp(String.raw`(?<![\w:."])([a-zA-Z_:][\w:]*)\s*(\{(?:[^}"]|${STRING})*\})?(\s*\()?`, 'g');
const MATCHER = new RegExp(String.raw`(\w+)\s*(=~|!~|!=|=)\s*(${STRING})`, 'g');
const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'on', 'ignoring']);

/** The selectors of a PromQL expression that promtool has found well-formed; strings are in double quotes. */
export const selectorsOf = (expression: string): readonly Selector[] =>
  [...expression.replace(GROUPING, ' ').replace(RANGE, ' ').matchAll(NAME)].flatMap(([, name = '', labels, call]) =>
    call !== undefined || WORDS.has(name) ? [] : [{ name, matchers: matchersOf(labels ?? '') }],
  );

const matchersOf = (labels: string): readonly Matcher[] =>
  [...labels.matchAll(MATCHER)].map(([, label = '', operator = '', value = '']) => ({
    label,
    operator,
    value: JSON.parse(value),
  }));

/** Labels that Prometheus adds to what it scrapes. */
const ADDED = new Set(['job', 'instance', 'namespace', 'pod']);

/** Whether a sample matches a selector, ignoring the labels that a scrape adds. */
export const selects = ({ name, matchers }: Selector, sample: Sample): boolean =>
  sample.name === name && matchers.every((matcher) => ADDED.has(matcher.label) || fits(matcher, sample));

const fits = ({ label, operator, value }: Matcher, { labels }: Sample): boolean => {
  const found = labels[label];
  // Even a negation must name a label that exists.
  if (found === undefined) return false;
  const isIt = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(found) : found === value;
  return operator.startsWith('!') ? !isIt : isIt;
};
