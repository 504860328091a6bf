// Bundles what other programs import from the package, and writes its types beside it.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * A library is a folder of src with a tsconfig.json of its own. `src/x/y.ts` becomes `dist/x/y.js` and `dist/x/y.d.ts`,
 * which package.json lists under `exports`.
 */
export const libraries = [
  // As small as it is promised to be also for a page that has no build step.
  { entry: 'src/client/connect-with-ticket.ts', platform: 'browser', target: 'es2022', minify: true, sourcemap: true },
  // In parts: what it needs for Redis is loaded by those who redeem that way alone.
  { entry: 'src/gateway/gateway.ts', platform: 'node', target: 'node20.19', packages: 'external', splitting: true },
];

const root = fileURLToPath(new URL('../..', import.meta.url));
// The package exports no path of its executable.
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');

/** Writes every library to a folder. */
export const buildLibraries = async (outdir) => {
  for (const { entry, ...options } of libraries) {
    await build({
      entryPoints: [join(root, entry)],
      outdir,
      outbase: join(root, 'src'),
      chunkNames: `${relative('src', dirname(entry))}/[name]-[hash]`,
      bundle: true,
      format: 'esm',
      legalComments: 'linked',
      logLevel: 'warning',
      ...options,
    });
    await declare(entry, outdir);
  }
};

/** Writes the types that can be reached from a file. */
const declare = async (entry, outdir) => {
  const all = await mkdtemp(join(tmpdir(), 'ticketd-types-'));
  try {
    const emit = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', 'src', '--outDir', all];
    execFileSync(process.execPath, [tsc, '-p', dirname(entry), ...emit], { cwd: root, stdio: 'inherit' });
    await copyReachable(all, relative('src', entry).replace(/ts$/, 'd.ts'), outdir);
  } finally {
    await rm(all, { recursive: true });
  }
};

const IMPORTED = /(from|import\()( ?['"])(\.[^'"]+)\.ts(?=['"])/g;

const copyReachable = async (from, file, to, copied = new Set()) => {
  if (copied.has(file)) return;
  copied.add(file);
  const text = await readFile(join(from, file), 'utf8');
  await mkdir(dirname(join(to, file)), { recursive: true });
  // Not every setting of a consumer's compiler resolves a path that ends in .ts.
  await writeFile(join(to, file), text.replace(IMPORTED, '$1$2$3.js'));
  for (const [, , , path] of text.matchAll(IMPORTED))
    await copyReachable(from, join(dirname(file), `${path}.d.ts`), to, copied);
};
