import { Command } from 'commander';
import { wholeNumber } from './arguments.ts';
import type { Done } from './done.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { CheckRedisOptions } from './run-redis-check.ts';

const HELP = `
Connects as "serve" would, by the same variables, and does a write, a read and a delete. Exits 0 when Redis is usable,
1 when it cannot be reached, 2 when it was reached but cannot be used, 124 when --wait ran out.
A password in --url is visible to other users of the machine; REDIS_URL or REDIS_URL_FILE is not.

Examples:
  $ ticketd check-redis
  $ ticketd check-redis --wait 30 --quiet && ticketd serve
  $ ticketd check-redis --url rediss://redis.internal:6379 --json | jq .role`;

export const checkRedisCommand = (done: Done): Command =>
  new Command('check-redis')
    .description('check that Redis is there and can be used')
    .option('--url <url>', 'in place of REDIS_URL')
    .option('--timeout <ms>', 'time limit of one check in milliseconds', wholeNumber(1, 600_000), 5000)
    .option('--wait <s>', 'keep trying for so many seconds', wholeNumber(1, 86_400))
    .option('--json', 'print one JSON object')
    .option('--quiet', 'print nothing; the exit code tells')
    .addHelpText('after', HELP)
    .allowExcessArguments(false)
    .action(async (options: CheckRedisOptions) => {
      const { runRedisCheck } = await import('./run-redis-check.ts');
      try {
        done(await runRedisCheck(options));
      } catch (error) {
        if (!options.quiet) throw error;
        done(exitCodeOf(error));
      }
    });
