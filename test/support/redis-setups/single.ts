import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { bulk, fakeRedis } from '../fake-redis.ts';
import { freePort } from '../free-port.ts';
import { type RedisNode, startNode } from '../redis-node.ts';
import { answering, tcpServer } from '../tcp-server.ts';
import { until } from '../until.ts';
import { type Begun, type Env, PASSWORD, type Setup, server, TICKETS, urlOf } from './setup.ts';

const at = (node: RedisNode, credentials = ''): Env => ({ REDIS_URL: urlOf(node, credentials) });
const AS_TICKETS = `tickets:${PASSWORD}@`;

/** The user `tickets` with these rules; the remedy adds the others. */
const user = (name: string, rules: readonly string[], missing: readonly string[], errorCode?: string): Setup =>
  server(name, errorCode, async (node) => {
    await node.cli('ACL', 'SETUSER', 'tickets', 'on', `>${PASSWORD}`, ...rules);
    const env = at(node, AS_TICKETS);
    if (errorCode === undefined) return { env };
    return {
      env,
      follow: async () => {
        await node.cli('ACL', 'SETUSER', 'tickets', ...missing);
        return env;
      },
    };
  });

const lacking = (command: string): Setup =>
  user(`a user without ${command.toUpperCase()}`, [...TICKETS, `-${command}`], [`+${command}`], 'NOPERM');

/** A setting of Redis that refuses writes, and the value that allows them. */
const setting = (name: string, errorCode: string, key: string, bad: string, good: string): Setup =>
  server(name, errorCode, async (node) => {
    await node.cli('CONFIG', 'SET', key, bad);
    const follow = async () => {
      await node.cli('CONFIG', 'SET', key, good);
      return at(node);
    };
    return { env: at(node), follow };
  });

const withPassword = (name: string, credentials: string, errorCode?: string): Setup =>
  server(name, errorCode, async (node) => {
    await node.cli('CONFIG', 'SET', 'requirepass', PASSWORD);
    const follow = async () => at(node, `:${PASSWORD}@`);
    return { env: at(node, credentials), ...(errorCode !== undefined && { follow }) };
  });

const replica = server(
  'a replica',
  'READONLY',
  async (node, remove) => {
    const primary = await startNode();
    remove(primary);
    return { env: at(node), follow: async () => at(primary) };
  },
  { args: ['--replicaof', '127.0.0.1', '1'] },
);

const fake = (name: string, errorCode: string, start: () => Promise<{ readonly port: number }>): Setup => ({
  name,
  errorCode,
  cannotFollow: true,
  begin: async (): Promise<Begun> => ({ env: { REDIS_URL: urlOf(await start()) } }),
});

const removed = (...commands: readonly string[]) => ({
  args: commands.flatMap((command) => ['--rename-command', command, '']),
});

export const singleSetups: readonly Setup[] = [
  server('one server', undefined, (node) => ({ env: at(node) })),
  server('`valkey://`', undefined, (node) => ({ env: { REDIS_URL: urlOf(node).replace('redis', 'valkey') } })),
  server('a database in the URL', undefined, (node) => ({ env: { REDIS_URL: `${urlOf(node)}/3` } })),
  server(
    'a Unix socket',
    undefined,
    async (node) => {
      const [, directory = ''] = (await node.cli('CONFIG', 'GET', 'dir')).split('\n');
      return { env: { REDIS_URL: `unix://${join(directory, 'redis.sock')}` } };
    },
    { args: ['--unixsocket', 'redis.sock'] },
  ),
  withPassword('a password', `:${PASSWORD}@`),
  server('a password that Redis does not need', undefined, (node) => ({ env: at(node, `:${PASSWORD}@`) })),
  user('a user with the rights of tickets only', TICKETS, []),
  server('without INFO and CLIENT', undefined, (node) => ({ env: at(node) }), removed('INFO', 'CLIENT')),
  {
    name: 'nothing listens',
    errorCode: 'ECONNREFUSED',
    begin: async (remove) => {
      const port = await freePort();
      const env = { REDIS_URL: urlOf({ port }) };
      const follow = async () => {
        remove(await startNode({ port }));
        return env;
      };
      return { env, follow };
    },
  },
  server('Redis hangs', 'ETIMEDOUT', async (node) => {
    await node.pause();
    const follow = async () => {
      await node.resume();
      return at(node);
    };
    return { env: at(node), follow };
  }),
  fake('a proxy whose server is down', 'ECONNRESET', () => tcpServer((socket) => socket.end())),
  fake('a proxy that says so', 'NO_UPSTREAM', () => fakeRedis(() => '-no upstream host\r\n')),
  fake('a web server', 'NOT_REDIS', () => answering('HTTP/1.1 400 Bad Request\r\n\r\n')),
  fake('Redis 6.0', 'TOO_OLD', () =>
    fakeRedis((command) => {
      if (command === 'GETDEL') return '-ERR unknown command `getdel`, with args beginning with: `ticketd:x`, \r\n';
      if (command === 'INFO') return bulk('redis_version:6.0.16\r\nredis_mode:standalone\r\nrole:master\r\n');
      return command === 'PING' ? '+PONG\r\n' : '+OK\r\n';
    }),
  ),
  withPassword('a password is missing', '', 'NOAUTH'),
  withPassword('a wrong password', ':wrong-horse-9@', 'WRONGPASS'),
  user('a disabled user', ['off', ...TICKETS], ['on'], 'WRONGPASS'),
  ...['set', 'getdel', 'mget'].map(lacking),
  user('a user for other keys', ['~other:*', '+@all'], ['~ticketd:*'], 'NOPERM'),
  server('a database that does not exist', 'NO_DATABASE', (node) => ({
    env: { REDIS_URL: `${urlOf(node)}/99` },
    follow: async () => ({ REDIS_URL: `${urlOf(node)}/9` }),
  })),
  replica,
  setting('full memory', 'OOM', 'maxmemory', '1', '0'),
  setting('too few replicas', 'NOREPLICAS', 'min-replicas-to-write', '1', '0'),
  server('a script that blocks', 'BUSY', async (node) => {
    await node.cli('CONFIG', 'SET', 'lua-time-limit', '50');
    node.cli('EVAL', 'while true do end', '0').catch(() => {});
    await until('the script blocks', async () => (await node.cli('GET', 'a').catch(String)).includes('BUSY'));
    const follow = async () => {
      await node.cli('SCRIPT', 'KILL');
      return at(node);
    };
    return { env: at(node), follow };
  }),
  server(
    'maxclients',
    'MAXCLIENTS',
    async (node) => {
      const other = connect(node.port, '127.0.0.1');
      await once(other, 'connect');
      const follow = async () => {
        other.end('CONFIG SET maxclients 100\r\nQUIT\r\n');
        await once(other.resume(), 'close');
        return at(node);
      };
      return { env: at(node), follow };
    },
    { args: ['--maxclients', '1'] },
  ),
];
