import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { scrub } from '../protocol/redact.ts';

// As a JSON string, so that a line stays below 16 KB whatever the message holds.
const MAX_BYTES = 4096;

/** Makes a stack trace fit for the log: positions in the source, nothing secret, whole lines of 4 KiB together. */
export type ReadableStack = (stack: string) => string;

/** Source maps are read when the first stack of their bundle is logged, and kept. */
export const createReadableStack = (): ReadableStack => {
  const maps = new Map<string, SourceMap | undefined>();

  const mapOf = (file: string): SourceMap | undefined => {
    if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
    return maps.get(file);
  };

  const inSource: Replacer = (position, file, line, column) => {
    // Positions in a stack count from 1, those in a map from 0.
    const entry = mapOf(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (entry === undefined || !('originalSource' in entry)) return position;
    const { originalSource, originalLine, originalColumn } = entry;
    return `${originalSource.replace(ABOVE, '')}:${originalLine + 1}:${originalColumn + 1}`;
  };

  const inSourceOf = (line: string) => line.slice(0, MAX_LINE_CHARACTERS).replace(POSITION, inSource);

  return (stack) =>
    wholeLines(
      stack
        .slice(0, MAX_CHARACTERS)
        .split('\n')
        .map((line) => scrub(inSourceOf(line))),
    );
};

// What is longer is no stack of code, and costs a regular expression more than its length.
const MAX_CHARACTERS = 16_384;
const MAX_LINE_CHARACTERS = 512;

type Replacer = (position: string, file: string, line: string, column: string) => string;

const POSITION = /(\/[^\s():]+\.cjs):(\d+):(\d+)/g;

// A map names its sources from where the bundle is.
const ABOVE = /^(?:\.\.\/)+/;

const readMap = (file: string): SourceMap | undefined => {
  try {
    return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
  } catch {
    return undefined;
  }
};

const wholeLines = (lines: readonly string[]): string => {
  let bytes = 0;
  const fitting = lines.findIndex((line) => {
    bytes += Buffer.byteLength(JSON.stringify(line));
    return bytes > MAX_BYTES;
  });
  return lines.slice(0, fitting < 0 ? undefined : fitting).join('\n');
};
