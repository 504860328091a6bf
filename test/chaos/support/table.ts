import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../../../ops/build/docs/markdown-table.ts';

/** Durations in milliseconds; what was not measured is left out. */
export interface Measured {
  readonly detectedMs?: number | undefined;
  readonly recoveredMs?: number | undefined;
  readonly longestMs?: number | undefined;
  readonly tookMs?: number | undefined;
}

export interface Row extends Measured {
  /** Its number on the list of cases, with a letter where one has several. */
  readonly case: number | string;
  readonly fault: string;
  readonly bound: string;
  /** How many of which status, or in words. */
  readonly answers?: string | Readonly<Record<number, number>>;
  /** What src/redis/README.md promises. The tests do not assert it, since another process can delay any of them; the benchmark does. */
  readonly limits?: Measured;
}

/** Names the directory where the benchmark wants the rows. */
export const ROWS_VARIABLE = 'TEST_FAULT_ROWS';

/** Stores a row as a file of its own, so that several processes can write at a time. */
export const record = (row: Row): void => {
  const directory = process.env[ROWS_VARIABLE];
  if (directory === undefined) return;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${row.case}.json`), JSON.stringify(row));
};

/** All stored rows, in the order of their cases. */
export const readRows = (directory: string): readonly Row[] =>
  readdirSync(directory)
    .map((name): Row => JSON.parse(readFileSync(join(directory, name), 'utf8')))
    .sort((one, other) => String(one.case).localeCompare(String(other.case), 'en', { numeric: true }));

const HEAD = ['case', 'fault', 'bound', 'detected', 'recovered', 'longest request', 'answers'];

export const faultTable = (rows: readonly Row[]): string =>
  table(
    HEAD,
    rows.map(({ case: number, fault, bound, detectedMs, recoveredMs, longestMs, answers = '' }) => [
      ...[String(number), fault, bound],
      ...[detectedMs, recoveredMs, longestMs].map(inMs),
      inWords(answers),
    ]),
  );

/** What took longer than src/redis/README.md promises, in words. */
export const overruns = ({ case: number, limits = {}, ...measured }: Row): readonly string[] =>
  (Object.keys(limits) as (keyof Measured)[])
    .filter((what) => (measured[what] ?? 0) > (limits[what] ?? Number.POSITIVE_INFINITY))
    .map((what) => `case ${number}: ${what} ${inMs(measured[what])}, promised ${inMs(limits[what])}`);

const inMs = (ms: number | undefined): string => (ms === undefined ? '–' : `${Math.round(ms)} ms`);

const inWords = (answers: Row['answers'] & {}): string =>
  typeof answers === 'string'
    ? answers
    : Object.entries(answers)
        .map(([status, count]) => `${count} × ${status}`)
        .join(', ');
