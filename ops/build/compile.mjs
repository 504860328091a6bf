// Keeps the compiled form of a bundle beside it: node ops/build/compile.mjs BUNDLE
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { warmUp } from './warm-up.mjs';

const bundle = resolve(process.argv[2]);
const loadCompiled = createRequire(import.meta.url)(`${dirname(bundle)}/load-compiled.cjs`);
const { script, exports } = loadCompiled(bundle);
// V8 compiles a function when it is first called: after a first request the compiled form holds what one needs.
if ('serve' in exports) await warmUp(exports.serve);
await writeFile(`${bundle}.compiled`, script.createCachedData());
process.exit();
