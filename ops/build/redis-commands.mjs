import { readFile } from 'node:fs/promises';

/** What is sent to Redis: by src/redis, and by ioredis of its own accord. */
export const REDIS_COMMANDS = [
  ...[
    'asking',
    'auth',
    'client',
    'cluster',
    'config',
    'get',
    'getdel',
    'hello',
    'incr',
    'info',
    'mget',
    'ping',
    'pttl',
  ],
  ...['psubscribe', 'quit', 'readonly', 'readwrite', 'select', 'set', 'ssubscribe', 'subscribe', 'time'],
];

/**
 * Leaves ioredis the commands that are used. It puts a method for each of the 300 there are, and one more, on the
 * prototype of its clients, of which each costs V8 the more the more there are already: a tenth of a start.
 */
export const usedRedisCommands = {
  name: 'used-redis-commands',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/@ioredis\/commands\/built\/commands\.json$/ }, async ({ path }) => {
      const all = JSON.parse(await readFile(path, 'utf8'));
      const used = Object.fromEntries(REDIS_COMMANDS.map((name) => [name, all[name]]));
      return { contents: JSON.stringify(used), loader: 'json' };
    }),
};
