import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `static` and `dynamic` imports load what they name; a `type` import is gone once compiled. */
export interface Import {
  readonly kind: 'static' | 'dynamic' | 'type';
  /** A path from the root for a file of the project, else the specifier as it stands. */
  readonly to: string;
}

/** What each file imports, by its path from the root. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STATEMENT = /^[ \t]*(?:import|export)\s+(type\s)?(?:[\w*{}\s,$]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;
const CALL = /\bimport\(\s*['"]([^'"]+)['"]/g;

/** The text of every TypeScript file in src and bin, by its path from the root. */
export const readSources = (): ReadonlyMap<string, string> => {
  const paths = ['bin', 'src'].flatMap(filesIn);
  return new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
};

export const graphOf = (sources: ReadonlyMap<string, string>): ImportGraph =>
  new Map([...sources].map(([path, text]) => [path, importsOf(path, text)]));

export const importsOf = (path: string, text: string): readonly Import[] => [
  ...[...text.matchAll(STATEMENT)].map(([, type, to = '']) => ({
    kind: type === undefined ? ('static' as const) : ('type' as const),
    to: resolved(path, to),
  })),
  ...[...text.matchAll(CALL)].map(([, to = '']) => ({ kind: 'dynamic' as const, to: resolved(path, to) })),
];

/** One path round each group of files that import one another, or nothing. */
export const cyclesIn = (graph: ImportGraph): readonly string[] => {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) found.push([...trail.slice(seenAt), path].join(' → '));
    if (seenAt >= 0 || done.has(path)) return;
    for (const { to } of graph.get(path) ?? []) if (graph.has(to)) visit(to, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
};

/** All that loading a file loads with it, packages by their names; what it would import later is not among it. */
export const loadedBy = (graph: ImportGraph, start: string): ReadonlySet<string> => {
  const loaded = new Set<string>();
  const visit = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { kind, to } of graph.get(path) ?? []) if (kind === 'static') visit(to);
  };
  visit(start);
  return loaded;
};

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));

const resolved = (path: string, to: string): string => (to.startsWith('.') ? join(dirname(path), to) : to);
