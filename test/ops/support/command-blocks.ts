import { readFileSync } from 'node:fs';

/** One fenced block of a page that a reader would paste or run. */
export interface CommandBlock {
  readonly page: string;
  readonly text: string;
  /** Why no test runs it: the comment `<!-- not run: … -->` in the line above. */
  readonly notRun: string | undefined;
}

// A block may be indented, as in a list.
const BLOCK = /(?:^ *<!-- not run: (.+) -->\n)?^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;

/** The blocks of a page, without pictures. */
export const blocksOf = (page: string, markdown = readFileSync(page, 'utf8')): readonly CommandBlock[] =>
  [...markdown.matchAll(BLOCK)]
    .filter(([, , , language]) => language !== 'mermaid')
    .map(([, notRun, indent = '', , body = '']) => ({
      page,
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      notRun,
    }));

/**
 * The text of the block of a page that begins like this. Name the page and the beginning as literals: a block counts as
 * run by the test that does.
 */
export const commandBlock = (page: string, beginning: string): string => {
  const [found, ...more] = blocksOf(page).filter(({ text }) => text.startsWith(beginning));
  if (found === undefined || more.length > 0) throw new Error(`${page} has no such block, or several: ${beginning}`);
  return found.text;
};

const USE = /\bcommandBlock\(\s*'([^']+)',\s*(?:'([^']+)'|"([^"]+)"),?\s*\)/g;

/** The blocks that a test runs: the pages and beginnings that it names. */
export const blocksRunBy = (test: string): readonly (readonly [page: string, beginning: string])[] =>
  [...readFileSync(test, 'utf8').matchAll(USE)].map(([, page = '', single, double]) => [page, single ?? double ?? '']);
