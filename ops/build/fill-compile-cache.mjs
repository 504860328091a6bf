// Fills the compile cache of the bundles in a folder for one user: node ops/build/fill-compile-cache.mjs FOLDER UID
// Node.js finds it again only where version, user and the paths of the bundles are the same.
import { chownSync, mkdirSync, readdirSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, uid] = [process.argv[2], Number(process.argv[3])];
const cache = join(folder, 'compile-cache');

mkdirSync(cache);
chownSync(cache, uid, uid);
process.setgid(uid);
process.setuid(uid);
module.enableCompileCache?.(cache);
const require = createRequire(join(folder, '/'));
// ticketd.cjs, which runs the command, turns the cache on only once it is compiled itself.
const bundles = readdirSync(folder).filter((name) => name.endsWith('.cjs') && name !== 'ticketd.cjs');
for (const name of bundles) require(`./${name}`);
