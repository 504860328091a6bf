import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { samplesOf } from './exposition.ts';
import { promtool } from './promtool.ts';
import { RULE_FILE } from './rule-file.ts';

/** The scrapes of one instance: the same text repeated, or no reply. */
export interface Stretch {
  readonly scrapes: number;
  readonly text: string | undefined;
}

/** Exactly which alerts must fire at which scrape, counted from 0. */
export interface Expectation {
  readonly scrape: number;
  readonly alerts: readonly string[];
}

const EVERY_SECONDS = 15;

/** The expectations that promtool finds unmet for these scrapes every 15 s; empty if all are met. */
export const unmet = async (stretches: readonly Stretch[], expectations: readonly Expectation[]): Promise<string> => {
  const test = {
    interval: `${EVERY_SECONDS}s`,
    input_series: seriesOf(stretches),
    promql_expr_test: expectations.map(({ scrape, alerts }) => ({
      expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
      eval_time: `${scrape * EVERY_SECONDS}s`,
      exp_samples: alerts.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
    })),
  };
  const folder = await mkdtemp(join(tmpdir(), 'ticketd-timeline-'));
  try {
    const file = join(folder, 'timeline.yml');
    const settings = { rule_files: [resolve(RULE_FILE)], evaluation_interval: `${EVERY_SECONDS}s` };
    await writeFile(file, JSON.stringify({ ...settings, tests: [test] }));
    return await promtool(['test', 'rules', file]);
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** Every series of every scrape, `_` where a scrape has none. */
const seriesOf = (stretches: readonly Stretch[]) => {
  const scrapes = stretches.map(({ scrapes, text }) => ({ scrapes, samples: scraped(text) }));
  const names = new Set(scrapes.flatMap(({ samples }) => [...samples.keys()]));
  return [...names].map((series) => ({
    series,
    values: scrapes
      .flatMap(({ scrapes, samples }) => Array<string>(scrapes).fill(samples.get(series) ?? 'stale'))
      .join(' '),
  }));
};

const scraped = (text: string | undefined): ReadonlyMap<string, string> =>
  new Map([
    [seriesName('up', {}), text === undefined ? '0' : '1'],
    ...samplesOf(text ?? '').map(({ name, labels, value }) => [seriesName(name, labels), value] as const),
  ]);

const seriesName = (name: string, labels: Readonly<Record<string, string>>): string => {
  const all = Object.entries({ job: 'ticketd', instance: 'ticketd-1:3001', ...labels });
  return `${name}{${all.map(([label, value]) => `${label}="${value}"`).join(', ')}}`;
};
