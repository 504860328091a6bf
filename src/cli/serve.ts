import { Command } from 'commander';
import type { Done } from './done.ts';
import type { Signals } from './signals.ts';

const HELP = `
Starts in order: configuration, Redis, the keys at JWT_JWKS_URL where that is set, the listeners. In production it
exits 1, without ever opening a port, when Redis is not ready within REDIS_STARTUP_TIMEOUT_MS. SIGTERM drains first, SIGINT does not; a second signal ends it.

Examples:
  $ JWT_SECRET=$(openssl rand -base64 48) REDIS_URL=memory:// ticketd serve
  $ NODE_ENV=production JWT_SECRET_FILE=/run/secrets/jwt REDIS_URL=rediss://redis.internal:6379 ticketd serve`;

export const serveCommand = (done: Done, signals?: Signals): Command =>
  new Command('serve')
    .description('run the service')
    .addHelpText('after', HELP)
    .allowExcessArguments(false)
    .action(async () => {
      const { runService } = await import('./run-service.ts');
      done(await runService(signals));
    });
