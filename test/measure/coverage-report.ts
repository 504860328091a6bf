import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { table } from '../../ops/build/docs/markdown-table.ts';
import { byFolder, percentage } from './by-folder.ts';

/** A line or a branch, and how often it ran. */
interface Part {
  readonly line: number;
  readonly count: number;
}

/** A file that a test loaded; one of types alone is never loaded. */
export interface CoveredFile {
  readonly file: string;
  readonly lines: readonly Part[];
  readonly branches: readonly Part[];
}

interface Place {
  readonly start: { readonly line: number };
}

/** A file as Istanbul's JSON reports it; c8 counts a statement for each line. */
interface Reported {
  readonly statementMap: Readonly<Record<string, Place>>;
  readonly s: Readonly<Record<string, number>>;
  readonly branchMap: Readonly<Record<string, { readonly loc: Place }>>;
  readonly b: Readonly<Record<string, readonly number[]>>;
}

export const readCoverage = async (report: string): Promise<readonly CoveredFile[]> => {
  const reported: Readonly<Record<string, Reported>> = JSON.parse(await readFile(report, 'utf8'));
  return Object.entries(reported)
    .map(([path, { statementMap, s, branchMap, b }]) => ({
      file: relative('', path),
      lines: Object.entries(statementMap).map(([id, { start }]) => ({ line: start.line, count: s[id] ?? 0 })),
      branches: Object.entries(branchMap).map(([id, { loc }]) => ({ line: loc.start.line, count: b[id]?.[0] ?? 0 })),
    }))
    .sort((one, other) => one.file.localeCompare(other.file));
};

/** A row for each folder of src, and one for all of them. */
export const coverageTable = (files: readonly CoveredFile[]): string =>
  table(
    ['folder', 'lines', 'branches'],
    byFolder(files).map(([folder, inside]) => [
      folder,
      covered(inside.flatMap(({ lines }) => lines)),
      covered(inside.flatMap(({ branches }) => branches)),
    ]),
  );

/** A line for each file of which something did not run. */
export const uncovered = (files: readonly CoveredFile[]): string =>
  files
    .map(({ file, lines, branches }) => [file, missing('lines', lines), missing('branches in lines', branches)])
    .filter(([, ...parts]) => parts.some((part) => part !== ''))
    .map((parts) => parts.filter((part) => part !== '').join('  '))
    .join('\n');

const covered = (parts: readonly Part[]): string =>
  percentage(parts.filter(({ count }) => count > 0).length, parts.length);

const missing = (what: string, parts: readonly Part[]): string => {
  const numbers = new Set(parts.filter(({ count }) => count === 0).map(({ line }) => line));
  return numbers.size === 0 ? '' : `${what} ${ranges([...numbers].sort((a, b) => a - b)).join(', ')}`;
};

/** 1, 2, 3 and 5 as 1-3 and 5. */
const ranges = (numbers: readonly number[]): readonly string[] => {
  const starts = numbers.filter((number) => !numbers.includes(number - 1));
  const ends = numbers.filter((number) => !numbers.includes(number + 1));
  return starts.map((start, index) => (start === ends[index] ? String(start) : `${start}-${ends[index]}`));
};
