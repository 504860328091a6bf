#!/usr/bin/env node
import { watchProcess } from '../src/cli/watch-process.ts';
import { useCompileCache } from './compile-cache.ts';

const args = process.argv.slice(2);
// From the first moment on: as PID 1, a process ignores a signal that it does not handle, and Node.js may print warnings.
const watched = args[0] === 'serve' ? watchProcess() : undefined;
useCompileCache();
// Until a command has ended: Node.js itself would exit 0 once nothing is left to wait for.
process.exitCode = 1;
// Not before the lines above have run.
import('../src/cli/main.ts').then(async ({ main }) => process.exit(await main(args, watched)));
