// Bundles the CLI: reading hundreds of small files is most of what a start of unbundled Node.js code takes.
import { chmod, copyFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { usedRedisCommands } from './redis-commands.mjs';

/** The command line itself, and what each command loads when it is called: a bundle each. */
export const parts = [
  'src/cli/main.ts',
  'src/cli/check-config.ts',
  'src/cli/check-redis.ts',
  'src/cli/run-probe.ts',
  'src/cli/serve.ts',
  'src/cli/token.ts',
  'src/auth/remote-keys.ts',
  'src/log/pretty.ts',
];

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

const nameOf = (path) => basename(path, '.ts');

/** Leaves `import('./x.ts')` to the run time, as a call for `./x.cjs`. */
const lazyImports = {
  name: 'lazy-imports',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\.?\// }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path: `./${nameOf(path)}.cjs`, external: true } : undefined,
    ),
};

const bundle = async (entryPoints, options) => {
  const { metafile } = await build({
    entryPoints,
    bundle: true,
    // CommonJS starts faster than ES modules do, and its compiled form can be kept.
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    // Read when a stack trace is logged, by src/log/stack.ts.
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'warning',
    plugins: [lazyImports, usedRedisCommands],
    alias: {
      // commander loads it at once, for a kind of subcommand that is not used here.
      'node:child_process': here('./lazy-child-process.cjs'),
      // With DEBUG=* in the environment it prints every command that Redis is sent, the password in AUTH among them.
      debug: here('./no-debug.cjs'),
      // Koa loads the table of all media types there are, twice over: a tenth of a start. Here is what an API answers with.
      'mime-db': here('./mime-db.json'),
      // Koa listens by it for the end of each answer, with more listeners than all of ours.
      'on-finished': here('./on-finished.cjs'),
      // koa-jwt spends more on it than on the signature of a JWT.
      'p-any': here('./p-any.cjs'),
      // It compiles a grammar of versions at each start.
      semver: here('./semver.cjs'),
      // prom-client would push metrics by it; here they are fetched.
      https: here('./no-https.cjs'),
    },
    supported: { 'dynamic-import': false },
    metafile: true,
    ...options,
  });
  return Object.entries(metafile.outputs)
    .filter(([, { entryPoint }]) => entryPoint !== undefined)
    .map(([path, { entryPoint, inputs }]) => ({
      file: basename(path),
      part: nameOf(entryPoint),
      inputs: Object.keys(inputs),
    }));
};

const runCompiled = (file) => `module.exports = require('./load-compiled.cjs')(__dirname + '/${file}').exports;\n`;

/**
 * Writes `ticketd.cjs`, and for each part a bundle with an `x.cjs` that runs it; returns the paths of the bundles and
 * of the files that are in them.
 */
export const bundleCli = async (outdir) => {
  await rm(outdir, { recursive: true, force: true });
  await bundle({ ticketd: 'bin/ticketd.ts' }, { outdir, outExtension: { '.js': '.cjs' } });
  await chmod(`${outdir}/ticketd.cjs`, 0o755);
  await copyFile('bin/load-compiled.cjs', `${outdir}/load-compiled.cjs`);
  // The hash in its name ties a bundle to its compiled form: V8 itself would take one for any source of the same length.
  const bundles = await bundle(parts, { outdir, entryNames: '[name]-[hash]', outExtension: { '.js': '.bundle' } });
  for (const { file, part } of bundles) await writeFile(`${outdir}/${part}.cjs`, runCompiled(file));
  return {
    bundles: bundles.map(({ file }) => `${outdir}/${file}`),
    inputs: bundles.flatMap(({ inputs }) => inputs),
  };
};
