#!/usr/bin/env node
import { watchProcess } from '../src/cli/watch-process.ts';
import { useCompileCache } from './compile-cache.ts';

const args = process.argv.slice(2);
// From the first moment on: as PID 1, a process ignores a signal that it does not handle, and Node.js may print warnings.
const watched = args[0] === 'serve' ? watchProcess() : undefined;
useCompileCache();
// A command that waits for nothing has not ended: Node.js itself would exit 0.
process.once('beforeExit', () => process.exit(1));
// Not before the lines above have run.
import('../src/cli/main.ts').then(async ({ main }) => process.exit(await main(args, watched)));
