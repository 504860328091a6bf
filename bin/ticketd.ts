#!/usr/bin/env node
import { watchSignals } from '../src/cli/signals.ts';
import { useCompileCache } from './compile-cache.ts';

const args = process.argv.slice(2);
// From the first moment on: as PID 1, a process ignores a signal that it does not handle.
const signals = args[0] === 'serve' ? watchSignals() : undefined;
useCompileCache();
// A command that waits for nothing has not ended: Node.js itself would exit 0.
process.once('beforeExit', () => process.exit(1));
// Not before the lines above have run.
import('../src/cli/main.ts').then(async ({ main }) => process.exit(await main(args, signals)));
