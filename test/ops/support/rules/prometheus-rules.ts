import type { Sample } from '../prometheus/exposition.ts';
import { type Alert, type Rule as PrometheusRule, slugOf } from '../prometheus/rule-file.ts';
import { selectorsOf, selects } from '../prometheus/selectors.ts';
import type { Rule } from './container-rules.ts';

/** Series that Prometheus adds to a scrape, or redis_exporter exports. */
const OTHERS = ['up', 'ALERTS', 'redis_memory_used_bytes', 'redis_memory_max_bytes'];
const SEVERITIES = ['critical', 'warning'];

export const alertRules: Rule<Alert> = ({ alert, labels = {}, annotations = {} }) => [
  ...(/^Ticketd([A-Z][a-z]+)+$/.test(alert) ? [] : ['not a name such as TicketdInstanceDown']),
  ...(SEVERITIES.includes(labels.severity ?? '') ? [] : ['neither critical nor a warning']),
  ...(annotations.summary ? [] : ['no summary']),
  ...(annotations.runbook_url === `ops/deploy/runbooks/${slugOf(alert)}.md` ? [] : ['no link to its page']),
];

/** Whether every selected series exists, in the metrics of ticketd or in recording rules. */
export const selectionRules =
  (samples: readonly Sample[], rules: readonly PrometheusRule[]): Rule<string> =>
  (expression) => {
    const made = new Set([...OTHERS, ...rules.flatMap(({ record }) => record ?? [])]);
    return selectorsOf(expression)
      .filter((selector) => !made.has(selector.name) && !samples.some((sample) => selects(selector, sample)))
      .map(({ name, matchers }) => `nothing is ${[name, ...matchers.map(textOf)].join(' ')}`);
  };

const textOf = ({ label, operator, value }: { label: string; operator: string; value: string }): string =>
  label + operator + value;
