#!/usr/bin/env node

// Loaded at run time in its compiled form, as all that is more than a few lines.
import('../src/cli/main.ts').then(async ({ main }) => process.exit(await main(process.argv.slice(2))));
