// Bundles the CLI: reading hundreds of small files is most of what a start of unbundled Node.js code takes.
import { chmod, rm } from 'node:fs/promises';
import { build } from 'esbuild';

await rm('dist', { recursive: true, force: true });

await build({
  entryPoints: { ticketd: 'bin/ticketd.ts' },
  outdir: 'dist',
  bundle: true,
  // Each command is a chunk of its own, loaded when it is called.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: false,
  legalComments: 'linked',
  logLevel: 'warning',
  // The CommonJS dependencies among the bundled ones call require() for Node's own modules.
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
  },
});

await chmod('dist/ticketd.js', 0o755);
