import { Command, InvalidArgumentError } from 'commander';
import { version } from '../config/version.ts';
import { scrub } from '../protocol/redact.ts';
import type { CheckConfigOptions } from './check-config.ts';
import type { CheckRedisOptions } from './check-redis.ts';
import type { ProbeOptions } from './run-probe.ts';
import type { TokenOptions } from './token.ts';
import type { WatchedProcess } from './watch-process.ts';

type SetExitCode = (exitCode: number) => void;

/** The command line of ticketd: each command loads its code only when it runs. */
export const createProgram = (setExitCode: SetExitCode, watched?: WatchedProcess): Command => {
  const program = new Command('ticketd')
    .description('Trades a JWT for a single-use WebSocket ticket kept in Redis.')
    .version(version)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    // An error message repeats arguments, which may contain a URL with a password.
    .configureOutput({ outputError: (text, write) => write(`${oneLine(scrub(text))} (see "ticketd --help")\n`) });
  addServe(program, setExitCode, watched);
  addCheckRedis(program, setExitCode);
  addProbe(program, setExitCode);
  addCheckConfig(program, setExitCode);
  addToken(program, setExitCode);
  return program;
};

const EXAMPLES = `
Examples:
  $ JWT_SECRET=… REDIS_URL=redis://localhost:6379 ticketd serve
  $ ticketd check-redis --wait 30 && ticketd serve
  $ ticketd probe ready
  $ ticketd check-config --json
  $ JWT_SECRET=… ticketd token --subject alice

Exit codes: 0 success, 1 failed to start or unreachable, 2 Redis reached but unusable, 64 wrong usage,
70 internal error, 78 invalid configuration, 124 time limit exceeded, 128+n ended by signal n.
"ticketd check-config" lists the environment variables.`;

const oneLine = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');

const addServe = (program: Command, setExitCode: SetExitCode, watched?: WatchedProcess): void => {
  program
    .command('serve')
    .description('run the service')
    .addHelpText('after', SERVE_HELP)
    .allowExcessArguments(false)
    .action(async () => {
      const { serve } = await import('./serve.ts');
      setExitCode(await serve(watched));
    });
};

const SERVE_HELP = `
Starts in this order: configuration, Redis, the keys at JWT_JWKS_URL if that is set, the listeners. In production it
exits with 1, without opening a port, when Redis is not ready within REDIS_STARTUP_TIMEOUT_MS. SIGTERM drains and then
stops it, SIGINT stops it without the drain delay, a second signal ends it immediately.

Examples:
  $ JWT_SECRET=$(openssl rand -base64 48) REDIS_URL=memory:// ticketd serve
  $ NODE_ENV=production JWT_SECRET_FILE=/run/secrets/jwt REDIS_URL=rediss://redis.internal:6379 ticketd serve`;

const addCheckRedis = (program: Command, setExitCode: SetExitCode): void => {
  program
    .command('check-redis')
    .description('check that Redis is reachable and usable')
    .option('--url <url>', 'use this URL instead of REDIS_URL')
    .option('--timeout <ms>', 'time limit of one check in milliseconds', wholeNumber(1, 600_000), 5000)
    .option('--wait <s>', 'retry for up to this many seconds', wholeNumber(1, 86_400))
    .option('--json', 'print one JSON object')
    .option('--quiet', 'print nothing, only set the exit code')
    .addHelpText('after', CHECK_REDIS_HELP)
    .allowExcessArguments(false)
    .action(async (options: CheckRedisOptions) => {
      const { checkRedisCommand } = await import('./check-redis.ts');
      setExitCode(await checkRedisCommand(options));
    });
};

const CHECK_REDIS_HELP = `
Connects as "serve" does, with the same variables, then writes, reads and deletes a key. Exits with 0 when Redis is
usable, 1 when it is unreachable, 2 when it is reached but unusable, 124 when the time of --wait is over.
Other users of the machine can see a password in --url; set REDIS_URL or REDIS_URL_FILE instead.

Examples:
  $ ticketd check-redis
  $ ticketd check-redis --wait 30 --quiet && ticketd serve
  $ ticketd check-redis --url rediss://redis.internal:6379 --json | jq .role`;

const addProbe = (program: Command, setExitCode: SetExitCode): void => {
  program
    .command('probe')
    .description('check the health of a running service')
    .argument('[what]', '"live" or "ready"', 'live')
    .option('--url <url>', 'base URL of the service, or the full URL to request (default: http://$HOST:$PORT)')
    .option('--timeout <ms>', 'time limit in milliseconds', wholeNumber(1, 600_000), 2000)
    .option('--quiet', 'print nothing, only set the exit code')
    .addHelpText('after', PROBE_HELP)
    .allowExcessArguments(false)
    .action(async (what: string, options: ProbeOptions) => {
      const { runProbe } = await import('./run-probe.ts');
      setExitCode(await runProbe(what, options));
    });
};

const PROBE_HELP = `
Exits with 0 when the response is 2xx, else always with 1. Use "live" for the health check of a container: with
"ready", a Redis outage would restart every task.

Examples:
  $ ticketd probe
  $ ticketd probe ready --timeout 1000
  $ ticketd probe ready --url http://10.0.0.7:3001`;

const addCheckConfig = (program: Command, setExitCode: SetExitCode): void => {
  program
    .command('check-config')
    .description('validate the environment and print the settings in force')
    .option('--json', 'print one JSON object')
    .option('--jwt-file <file>', 'say whether "serve" accepts the JWT in this file, and if not why')
    .addHelpText('after', CHECK_CONFIG_HELP)
    .allowExcessArguments(false)
    .action(async (options: CheckConfigOptions) => {
      const { checkConfig } = await import('./check-config.ts');
      setExitCode(await checkConfig(process.env, options));
    });
};

const CHECK_CONFIG_HELP = `
Prints every variable with its value in force and where that comes from; secrets are masked. Exits with 78 when the
configuration is invalid, after listing every problem. With --jwt-file it makes no request: keys at JWT_JWKS_URL are not
fetched, and the signature is then not checked. Exits with 78 when "serve" refuses the JWT.

Examples:
  $ ticketd check-config
  $ ticketd check-config --jwt-file user.jwt
  $ ticketd check-config --json | jq .settings.REDIS_URL`;

const addToken = (program: Command, setExitCode: SetExitCode): void => {
  program
    .command('token')
    .description('print a JWT signed with JWT_SECRET, to try ticketd out')
    .requiredOption('--subject <subject>', 'who the JWT is for: claim "sub"')
    .option('--session <id>', 'session of the subject: the claim named by JWT_SESSION_CLAIM')
    .option('--ttl <s>', 'lifetime in seconds', wholeNumber(1, 86_400), 3600)
    .option('--claim <name=value>', 'a further claim, its value as JSON or as text; repeatable', append)
    .addHelpText('after', TOKEN_HELP)
    .allowExcessArguments(false)
    .action(async (options: TokenOptions) => {
      const { printToken } = await import('./token.ts');
      setExitCode(await printToken(process.env, options));
    });
};

const TOKEN_HELP = `
Signs with HS256 and the first secret of JWT_SECRET. "serve" with the same environment accepts the JWT: "iss" and "aud"
are those of JWT_ISSUER and JWT_AUDIENCE. Exits with 78 when NODE_ENV is production or JWT_SECRET is not set.

Examples:
  $ export JWT_SECRET=$(openssl rand -base64 48)
  $ ticketd token --subject alice
  $ ticketd token --subject alice --session s-1 --ttl 60 --claim role=admin --claim 'groups=["a","b"]'
  $ curl -X POST -H "Authorization: Bearer $(ticketd token --subject alice)" http://localhost:3000/api/v1/auth/ws-ticket`;

const append = (text: string, texts: readonly string[] = []): readonly string[] => [...texts, text];

const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d{1,9}$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    return value;
  };
