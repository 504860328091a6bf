import { table } from '../../../ops/build/docs/markdown-table.ts';
import type { Sample, Samples } from './measure.ts';
import type { ServerName } from './servers.ts';

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

type Figure = Exclude<keyof Sample, 'statuses'>;

const COLUMNS: readonly (readonly [Figure, title: string, digits: number])[] = [
  ['cpuMicros', 'CPU µs a request', 0],
  ['perSecond', 'requests/s', 0],
  ['p50Ms', 'p50 ms', 1],
  ['p99Ms', 'p99 ms', 1],
  ['p999Ms', 'p99.9 ms', 1],
  ['rssMb', 'RSS MB', 0],
];

/** A table under its title. */
export const titledTable = (title: string, head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `### ${title}\n\n${table(head, rows)}\n`;

/** A table of medians, a row a server, with what ticketd's CPU is as a ratio to it. */
export const tableOf = (title: string, samples: Samples): string => {
  const medianOf = (name: ServerName, figure: Figure) => median(samples[name].map((sample) => sample[figure]));
  const rows = (Object.keys(samples) as ServerName[]).map((name) => [
    name,
    ...COLUMNS.map(([figure, , digits]) => medianOf(name, figure).toFixed(digits)),
    `${(medianOf('ticketd', 'cpuMicros') / medianOf(name, 'cpuMicros')).toFixed(2)}x`,
    `${(medianOf('ticketd', 'p99Ms') / medianOf(name, 'p99Ms')).toFixed(2)}x`,
  ]);
  const head = ['server', ...COLUMNS.map(([, name]) => name), 'ticketd’s CPU to it', 'ticketd’s p99 to it'];
  return titledTable(title, head, rows);
};
