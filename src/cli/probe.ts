import { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { Done } from './done.ts';
import { PROBE_TIMEOUT_MS, type ProbeOptions, runProbe } from './run-probe.ts';

const HELP = `
Exits 0 when the answer is 2xx, else 1, never anything else. "live" is the right health check for a container:
with "ready" a Redis outage would have every task killed.

Examples:
  $ ticketd probe
  $ ticketd probe ready --timeout 1000
  $ ticketd probe ready --url http://10.0.0.7:3001`;

export const probeCommand = (done: Done): Command =>
  new Command('probe')
    .description('ask a running service how it is')
    .argument('[what]', '"live" or "ready"', 'live')
    .option('--url <url>', 'the service, or with a path the very URL to ask (default: http://$HOST:$PORT)')
    .option('--timeout <ms>', 'give up after so many milliseconds', wholeNumber(1, 600_000), PROBE_TIMEOUT_MS)
    .option('--quiet', 'print nothing')
    .addHelpText('after', HELP)
    .allowExcessArguments(false)
    .action(async (what: string, options: ProbeOptions) => done(await runProbe(what, options)));
