import { dirname } from 'node:path';
import type { Import, ImportGraph } from './import-graph.ts';

/** From the top down; a file may import from its own layer and from any below, never from one above. */
const LAYERS: readonly (readonly string[])[] = [
  ['bin'],
  ['src/cli'],
  ['src/service'],
  ['src/http', 'src/gateway', 'src/client'],
  ['src/http/routes'],
  ['src/http/middleware'],
  ['src/http/server'],
  ['src/auth', 'src/tickets', 'src/redis', 'src/metrics'],
  ['src/startup', 'src/log'],
  ['src/protocol', 'src/config', 'src/time'],
];

/** Every import that runs up a layer, or whose file belongs to none. */
export const importsRunningUp = (graph: ImportGraph): readonly string[] =>
  [...graph].flatMap(([from, imports]) =>
    imports.filter(({ to }) => isOwn(to) && !runsDown(from, to)).map(({ kind, to }) => `${from} → ${to} (${kind})`),
  );

/** What each folder imports of the others. */
export const foldersOf = (graph: ImportGraph): ImportGraph => {
  const folders = new Map<string, Import[]>();
  for (const [path, imports] of graph) {
    const from = dirname(path);
    const others = imports
      .map(({ kind, to }) => ({ kind, to: dirname(to) }))
      .filter(({ to }) => isOwn(to) && to !== from);
    folders.set(from, [...(folders.get(from) ?? []), ...others]);
  }
  return folders;
};

const isOwn = (path: string): boolean => /^(src|bin)(\/|$)/.test(path);

const runsDown = (from: string, to: string): boolean => {
  const [above, below] = [layerOf(from), layerOf(to)];
  return above >= 0 && below >= 0 && above <= below;
};

const layerOf = (path: string): number => {
  const folders = LAYERS.flat().filter((folder) => path.startsWith(`${folder}/`));
  const [nearest] = folders.toSorted((a, b) => b.length - a.length);
  return LAYERS.findIndex((layer) => nearest !== undefined && layer.includes(nearest));
};

/** Files outside the allowed folders whose text uses a forbidden part of `process`. */
export const usersOf = (
  part: 'env' | 'exit',
  sources: ReadonlyMap<string, string>,
  allowed: readonly string[],
): readonly string[] => {
  const use = new RegExp(
    `\\bprocess\\??\\.(?:${part}\\b)|process\\[|(?:=|\\()\\s*process\\b\\s*[;,)]|['"](?:node:)?process['"]`,
  );
  return [...sources]
    .filter(([path, text]) => !allowed.some((folder) => path.startsWith(`${folder}/`)) && use.test(code(text)))
    .map(([path]) => path);
};

const code = (text: string): string => text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
