import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export const RULE_FILE = 'ops/deploy/prometheus/ticketd-alerts.yml';

export interface Rule {
  readonly expr: string;
  readonly record?: string;
  readonly alert?: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Alert = Rule & { readonly alert: string };

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

const ruleFile: RuleFile = parse(readFileSync(RULE_FILE, 'utf8'));
export const rules: readonly Rule[] = ruleFile.groups.flatMap((group) => group.rules);
export const alerts = rules.filter((rule): rule is Alert => rule.alert !== undefined);
export const nameOf = ({ alert, record }: Rule): string => alert ?? record ?? 'a rule without a name';

/** The page of ops/deploy/runbooks that is named after an alert: TicketdRedisMemory is redis-memory. */
export const slugOf = (alert: string): string =>
  alert.replace(/^Ticketd/, '').replace(/[A-Z]/g, (letter, at) => (at === 0 ? '' : '-') + letter.toLowerCase());
