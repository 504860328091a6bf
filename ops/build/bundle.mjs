// Bundles what Node.js runs: most of a start without bundles is the reading of hundreds of small files.
import { chmod, rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The command, and what it loads only when it needs it: each becomes a bundle of its own. */
export const entries = [
  'bin/ticketd.ts',
  'src/cli/main.ts',
  'src/cli/check-config.ts',
  'src/cli/check-jwt.ts',
  'src/cli/check-redis.ts',
  'src/cli/run-probe.ts',
  'src/cli/serve.ts',
  'src/cli/token.ts',
  'src/log/pretty.ts',
];

/** Writes the command to a folder, as `ticketd.cjs` and the bundles beside it; returns the paths of all bundled files. */
export const bundleCli = async (outdir) => {
  await rm(outdir, { recursive: true, force: true });
  const bundled = await bundle(entries, outdir);
  await chmod(`${outdir}/ticketd.cjs`, 0o755);
  return bundled;
};

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

/** In place of these packages: each file says why, and when it can go. */
const replacements = {
  debug: here('./no-debug.cjs'),
  'p-any': here('./p-any.cjs'),
};

/**
 * Bundles each entry as a CommonJS module, named after it. Measured, from spawn to the first ticket: ES modules with
 * esbuild's splitting take 1.15 times as long, and one file for all makes `probe` take twice as long.
 */
export const bundle = async (entryPoints, outdir) => {
  const { metafile } = await build({
    entryPoints,
    outdir,
    entryNames: '[name]',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    // Names stay: they are in stack traces.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    // For stack traces in the log: src/log/stack.ts.
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
    alias: replacements,
    define: { 'import.meta.dirname': '__dirname' },
    plugins: [loadAtRunTime(entryPoints)],
    supported: { 'dynamic-import': false },
  });
  return { inputs: Object.keys(metafile.inputs) };
};

/** Makes `import()` of an entry load the bundle of that entry: for CommonJS esbuild has no splitting of its own. */
const loadAtRunTime = (entryPoints) => ({
  name: 'load-at-run-time',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\..*\.ts$/ }, ({ kind, path, resolveDir }) => {
      const isEntry = entryPoints.some((entry) => resolve(entry) === resolve(resolveDir, path));
      if (kind === 'dynamic-import' && isEntry) return { path: `./${basename(path, '.ts')}.cjs`, external: true };
    }),
});
