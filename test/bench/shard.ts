// Prints what one Redis shard carries: memory for each live ticket, and Redis' own CPU time for each issue.
//   npx tsx test/bench/shard.ts [TICKETS]
import { removeEveryRedis, startRedis } from '../support/redis.ts';
import { createFiller } from './support/live-tickets.ts';
import { redisCpuSeconds, redisMemory } from './support/redis-info.ts';

const tickets = Number(process.argv[2] ?? 200_000);
const GIB = 2 ** 30;

const server = await startRedis();
const filler = await createFiller(server.url);
const before = { memory: await redisMemory([server]), cpu: await redisCpuSeconds([server]), at: performance.now() };
await filler.fill(tickets);
const seconds = (performance.now() - before.at) / 1000;
const bytes = ((await redisMemory([server])) - before.memory) / tickets;
const microseconds = (((await redisCpuSeconds([server])) - before.cpu) / tickets) * 1e6;

const whole = (value: number) => Math.round(value).toLocaleString('en');
process.stdout.write(
  [
    `${whole(tickets)} live tickets, from one process`,
    `memory for each            ${whole(bytes)} bytes: ${whole(GIB / bytes)} live tickets in 1 GiB`,
    `Redis' CPU time for each   ${microseconds.toFixed(1)} µs: ${whole(1e6 / microseconds)} issues/s keep one core of Redis busy`,
    `issued in this run         ${whole(tickets / seconds)} a second, by the one process on the same machine`,
    '',
  ].join('\n'),
);
await filler.close();
await removeEveryRedis();
process.exit();
