// Bundles what other programs import from the package, for `import` and for `require`, and writes the types beside it.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundle } from './bundle.mjs';

/**
 * Each is a folder of src with a tsconfig.json of its own. `src/x/y.ts` becomes `dist/x/y.js` and `dist/x/y.cjs`, which
 * package.json lists under `exports`, with the types `y.d.ts` and `y.d.cts`.
 */
export const libraries = ['src/client/client.ts', 'src/gateway/gateway.ts'];

/** Alone in a file, for a page that has no build step. */
const connectWithTicket = 'src/client/connect-with-ticket.ts';

/** Properties that no other program sees: the build shortens them. */
export const innerNames = [
  ...['closed', 'currentState', 'end', 'failed', 'failures', 'final', 'granted', 'host', 'invalid', 'minDelayMs'],
  ...['onActivity', 'opened', 'pauseReason', 'received', 'reset', 'resetBackoff', 'rest', 'skipBackoff', 'spreadMs'],
  ...['waitMs', 'watch'],
];

/** What the gateway loads only if it is to redeem from Redis itself: it contains ioredis. */
const gatewayOnRedis = 'src/gateway/redis-tickets.ts';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('../..', import.meta.url));
// The package exports no path of its executable.
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');

/** Writes both to a folder; returns the paths of all bundled files. */
export const buildLibraries = async (outdir) => {
  const [, gateway] = libraries;
  await buildClient(join(outdir, 'client'));
  const bundled = await buildGateway(gateway, join(outdir, 'gateway'));
  for (const entry of libraries) await declare(entry, outdir);
  return bundled;
};

/** Writes the client alone, without types. */
export const buildClient = async (outdir) => {
  // As small as it is promised to be also for a page that has no build step.
  const options = { bundle: true, platform: 'browser', target: 'es2022', minify: true, sourcemap: true };
  const mangleProps = new RegExp(`^(${innerNames.join('|')})$`);
  // Leaves out what only React Native needs.
  const define = { 'globalThis.EventTarget': 'true' };
  const write = (entryPoint, name, more) =>
    build({ ...options, mangleProps, entryPoints: [entryPoint], outfile: join(outdir, name), ...more });
  for (const [format, extension] of Object.entries({ esm: 'js', cjs: 'cjs' })) {
    await write(libraries[0], `client.${extension}`, { format });
    await write(libraries[0], `browser.${extension}`, { format, define });
  }
  // The comment that names a source map would be part of its size.
  await write(connectWithTicket, 'connect-with-ticket.js', { format: 'esm', define, sourcemap: 'external' });
};

/** The ES module passes on what the CommonJS module exports, so that `UpgradeRefused` is the same class for both. */
const buildGateway = async (entry, outdir) => {
  const bundled = await bundle([entry, gatewayOnRedis], outdir);
  const names = Object.keys(require(resolve(outdir, 'gateway.cjs')));
  await writeFile(join(outdir, 'gateway.js'), `export { ${names.join(', ')} } from './gateway.cjs';\n`);
  return bundled;
};

/** Writes the types that can be reached from a file. */
const declare = async (entry, outdir) => {
  const all = await mkdtemp(join(tmpdir(), 'ticketd-types-'));
  try {
    const emit = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--rootDir', 'src', '--outDir', all];
    execFileSync(process.execPath, [tsc, '-p', dirname(entry), ...emit], { cwd: root, stdio: 'inherit' });
    await copyReachable(all, relative('src', entry).replace(/\.ts$/, ''), outdir);
  } finally {
    await rm(all, { recursive: true });
  }
};

const IMPORTED = /(from|import\()( ?['"])(\.[^'"]+)\.ts(?=['"])/g;

/** Twice: a compiler takes `.d.ts` for the types of an ES module, and `.d.cts` for those of a CommonJS module. */
const copyReachable = async (from, path, to, copied = new Set()) => {
  if (copied.has(path)) return;
  copied.add(path);
  const text = await readFile(join(from, `${path}.d.ts`), 'utf8');
  await mkdir(dirname(join(to, path)), { recursive: true });
  // Not every setting of a consumer's compiler resolves a path that ends in .ts.
  await writeFile(join(to, `${path}.d.ts`), text.replace(IMPORTED, '$1$2$3.js'));
  await writeFile(join(to, `${path}.d.cts`), text.replace(IMPORTED, '$1$2$3.cjs'));
  for (const [, , , imported] of text.matchAll(IMPORTED))
    await copyReachable(from, join(dirname(path), imported), to, copied);
};
