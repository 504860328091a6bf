import { Command } from 'commander';
import type { Done } from './done.ts';

const HELP = `
Prints every variable with the value in force and where it comes from; secrets are masked. Exits 78 when something
is wrong, after naming all of it.

Examples:
  $ ticketd check-config
  $ ticketd check-config --json | jq .settings.REDIS_URL`;

export const checkConfigCommand = (done: Done): Command =>
  new Command('check-config')
    .description('validate the environment and print what is in force')
    .option('--json', 'print one JSON object')
    .addHelpText('after', HELP)
    .allowExcessArguments(false)
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const { printConfig } = await import('./print-config.ts');
      done(await printConfig(process.env, json));
    });
