import type { ImportGraph } from './import-graph.ts';

/** From the top down; a file may import from its own layer and from any below. */
const LAYERS: readonly (readonly string[])[] = [
  ['bin'],
  ['src/cli'],
  ['src/service'],
  ['src/gateway'],
  ['src/http', 'src/redis', 'src/startup', 'src/config', 'src/jwt', 'src/log', 'src/metrics'],
  ['src/tickets'],
  ['src/errors'],
];
const FREE_FOR_ALL = 'src/version.ts';
/** For other programs: the service does not need it. */
const LIBRARY = 'src/gateway/';
/** Runs in browsers: it imports nothing of the others, nor they of it. */
const APART = 'src/client/';

/** Every import that runs up a layer, or whose file belongs to none. */
export const importsRunningUp = (graph: ImportGraph): readonly string[] =>
  [...graph].flatMap(([from, imports]) =>
    imports
      .filter(({ to }) => /^(src|bin)\//.test(to) && !mayImport(from, to))
      .map(({ kind, to }) => `${from} → ${to} (${kind})`),
  );

const mayImport = (from: string, to: string): boolean => {
  if (from.startsWith(APART) || to.startsWith(APART)) return from.startsWith(APART) && to.startsWith(APART);
  if (to.startsWith(LIBRARY) && !from.startsWith(LIBRARY)) return false;
  if (to === FREE_FOR_ALL) return true;
  const [above, below] = [layerOf(from), layerOf(to)];
  return above >= 0 && below >= 0 && above <= below;
};

const layerOf = (path: string): number =>
  LAYERS.findIndex((folders) => folders.some((folder) => path.startsWith(`${folder}/`)));

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
