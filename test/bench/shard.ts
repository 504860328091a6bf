// Prints what one Redis shard carries: memory for each live ticket, and Redis' own CPU time for each issue.
//   npx tsx test/bench/shard.ts [TICKETS]
import { readSections } from '../../src/config/read-config.ts';
import { createRedisConnection } from '../../src/redis/connection.ts';
import { createRedisStore } from '../../src/redis/ticket-store.ts';
import { createIssuer } from '../../src/tickets/issue.ts';
import { removeEveryRedis, startRedis, type TestRedis } from '../support/redis.ts';

const tickets = Number(process.argv[2] ?? 200_000);
const IN_FLIGHT = 64;
const GIB = 2 ** 30;

const infoOf = async (server: TestRedis, name: string): Promise<number> => {
  const line = (await server.cli('INFO')).split('\r\n').find((candidate) => candidate.startsWith(`${name}:`));
  return Number(line?.split(':')[1]);
};

const cpuSeconds = async (server: TestRedis) =>
  (await infoOf(server, 'used_cpu_user')) + (await infoOf(server, 'used_cpu_sys'));

const server = await startRedis();
const { redis } = await readSections(['redis'], { REDIS_URL: server.url });
if (redis.target.kind !== 'server') throw new Error('a Redis server is needed');
const connection = createRedisConnection({ target: redis.target, redis, emit: () => {} });
await connection.start(new AbortController().signal);
const issue = createIssuer({ store: createRedisStore({ connection, keyPrefix: redis.keyPrefix }), ttlSeconds: 300 });

const issueOne = (number: number) =>
  issue(
    { subject: `user-${number}`, sessionId: crypto.randomUUID(), expiresAt: Date.now() + 3_600_000 },
    { audience: 'chat', channel: undefined, origin: 'https://app.example.com', traceId: 'f'.repeat(32) },
  );

const before = { memory: await infoOf(server, 'used_memory'), cpu: await cpuSeconds(server), at: performance.now() };
const numbers = Array(tickets).keys();
const worker = async () => {
  for (const number of numbers) await issueOne(number);
};
await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
const seconds = (performance.now() - before.at) / 1000;
const bytes = ((await infoOf(server, 'used_memory')) - before.memory) / tickets;
const microseconds = (((await cpuSeconds(server)) - before.cpu) / tickets) * 1e6;

const whole = (value: number) => Math.round(value).toLocaleString('en');
process.stdout.write(
  [
    `${whole(tickets)} live tickets, ${IN_FLIGHT} in flight from one process`,
    `memory for each            ${whole(bytes)} bytes: ${whole(GIB / bytes)} live tickets in 1 GiB`,
    `Redis' CPU time for each   ${microseconds.toFixed(1)} µs: ${whole(1e6 / microseconds)} issues/s keep one core of Redis busy`,
    `issued in this run         ${whole(tickets / seconds)} a second, by the one process on the same machine`,
    '',
  ].join('\n'),
);
await connection.close();
await removeEveryRedis();
process.exit();
