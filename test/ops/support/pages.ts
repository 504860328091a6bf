import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A page of Markdown below ops. */
export interface Page {
  /** From the root of the project. */
  readonly path: string;
  readonly text: string;
  /** Its headings, without the `#`. */
  readonly headings: readonly string[];
  /** The blocks of shell commands. */
  readonly commands: readonly string[];
  /** The text between backticks in prose. */
  readonly spans: readonly string[];
  /** The files that it links to, from the root of the project. */
  readonly links: readonly string[];
}

const BLOCK = /^```(\w*)\n([\s\S]*?)^```$/gm;

export const readPage = (path: string): Page => pageOf(path, readFileSync(path, 'utf8'));

export const pageOf = (path: string, text: string): Page => {
  const prose = text.replace(BLOCK, '');
  return {
    path,
    text,
    headings: [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading),
    commands: [...text.matchAll(BLOCK)].filter(([, language]) => language === 'sh').map(([, , code = '']) => code),
    spans: [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span),
    links: [...prose.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !link.includes('://'))
      .map((link) => join(dirname(path), link)),
  };
};

const pagesIn = (folder: string): readonly Page[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => readPage(join(folder, name)));

export const runbookPages = pagesIn('ops/deploy/runbooks');
export const checklistPages = pagesIn('ops/deploy/checklists');
const readmes = ['', 'deploy/capacity/', 'deploy/ecs/', 'deploy/kubernetes/', 'deploy/prometheus/'];
export const allPages = [
  ...runbookPages,
  ...checklistPages,
  ...readmes.map((folder) => readPage(`ops/${folder}README.md`)),
];
