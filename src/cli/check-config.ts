import { Command } from 'commander';
import type { Done } from './done.ts';
import { exitCodeOf, OK } from './exit-codes.ts';

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
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { readSettings } = await import('../config/read-config.ts');
      const { ConfigError } = await import('../config/problems.ts');
      const report = await import('./config-report.ts');
      try {
        const settings = await readSettings(process.env);
        process.stdout.write(json ? report.settingsAsJson(settings) : report.settingsAsText(settings));
        done(OK);
      } catch (error) {
        if (!json || !(error instanceof ConfigError)) throw error;
        process.stdout.write(report.problemsAsJson(error.problems));
        done(exitCodeOf(error));
      }
    });
