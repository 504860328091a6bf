// Builds the command line alone, which is all that an image of the service needs.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundleCli } from './bundle.mjs';
import { writeLicences } from './licences.mjs';

const compile = fileURLToPath(new URL('./compile.mjs', import.meta.url));

const { bundles, inputs } = await bundleCli('dist');
writeLicences('dist/licences.txt', inputs);

// A process each: the compiled form is to hold what its own start needs, nothing else. And with an environment of its
// own: what is set for a ticketd that runs here is not meant for the warm-up.
const options = { stdio: 'inherit', env: { PATH: process.env.PATH } };
for (const bundle of bundles) execFileSync(process.execPath, [compile, bundle], options);
