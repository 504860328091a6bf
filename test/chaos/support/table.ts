import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Report } from './observe.ts';

/** One row: durations in milliseconds, what was not measured left out. */
export interface Row {
  /** Its number on the list of cases, with a letter where one has several. */
  readonly case: number | string;
  readonly fault: string;
  readonly bound: string;
  readonly detectedMs?: number | undefined;
  readonly recoveredMs?: number | undefined;
  readonly longestMs?: number | undefined;
  /** How many of which status, or in words. */
  readonly answers?: string | Readonly<Record<number, number>>;
}

const FILE = fileURLToPath(new URL('../measured.md', import.meta.url));
const HEAD = [
  '| case | fault | bound | detected | recovered | longest request | answers |',
  '|---|---|---|---|---|---|---|',
];

/** Puts a row into measured.md, in place of an earlier one of the same case, whichever process wrote it. */
export const record = (row: Row): void => {
  const rows = new Map(readRows().map((line) => [caseOf(line), line]));
  rows.set(String(row.case), lineOf(row));
  const lines = [...rows].sort(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }));
  writeFileSync(FILE, `${[...HEAD, ...lines.map(([, line]) => line)].join('\n')}\n`);
};

/** The measured columns of a row. */
export const measuredIn = ({ detectedMs, recoveredMs, longestMs, answers }: Report) => ({
  detectedMs,
  recoveredMs,
  longestMs,
  answers,
});

const readRows = (): readonly string[] => {
  try {
    return readFileSync(FILE, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| ') && line !== HEAD[0]);
  } catch {
    return [];
  }
};

const caseOf = (line: string): string => line.split('|')[1]?.trim() ?? '';

const lineOf = ({ case: number, fault, bound, detectedMs, recoveredMs, longestMs, answers = '' }: Row): string =>
  `| ${[number, fault, bound, inMs(detectedMs), inMs(recoveredMs), inMs(longestMs), inWords(answers)].join(' | ')} |`;

const inMs = (ms: number | undefined): string => (ms === undefined ? '–' : `${Math.round(ms)} ms`);

const inWords = (answers: Row['answers'] & {}): string =>
  typeof answers === 'string'
    ? answers
    : Object.entries(answers)
        .map(([status, count]) => `${count} × ${status}`)
        .join(', ');
