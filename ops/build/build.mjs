import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundleCli } from './bundle.mjs';

const compile = fileURLToPath(new URL('./compile.mjs', import.meta.url));

// A process each: the compiled form is to hold what its own start needs, nothing else.
for (const bundle of await bundleCli('dist')) execFileSync(process.execPath, [compile, bundle], { stdio: 'inherit' });
