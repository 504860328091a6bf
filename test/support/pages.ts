import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface PageLink {
  /** As it is written. */
  readonly link: string;
  /** Where it leads, from the root of the project. */
  readonly path: string;
  /** The heading's anchor, or nothing. */
  readonly anchor: string;
}

const BLOCK = /^```[\s\S]*?^```$/gm;

/** Every page of Markdown in the project, from its root. */
export const pages: readonly string[] = execFileSync('git', [
  'ls-files',
  '--cached',
  '--others',
  '--exclude-standard',
  '*.md',
])
  .toString()
  .trim()
  .split('\n');

const proseOf = (page: string): string => readFileSync(page, 'utf8').replace(BLOCK, '');

/** The links of a page to other places in the project. */
export const linksOf = (page: string): readonly PageLink[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = '', anchor = ''] = link.split('#');
      return { link, anchor, path: file === '' ? page : join(dirname(page), file).replace(/\/$/, '') };
    });

/** The anchors that GitHub makes of a page's headings. */
export const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set([...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)));

const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
