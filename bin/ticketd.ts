#!/usr/bin/env node
import { watchSignals } from '../src/cli/signals.ts';

const args = process.argv.slice(2);
// From the first moment on: as PID 1 the kernel drops a signal that nobody handles.
const signals = args[0] === 'serve' ? watchSignals() : undefined;
// Loaded at run time in its compiled form, as all that is more than a few lines.
import('../src/cli/main.ts').then(async ({ main }) => process.exit(await main(args, signals)));
