// Measures honest callers beside a flood of bad credentials, slow senders and broken requests from their own address, as
// ratios to the same callers before it, in the same run.
//   npm run bench:flood [-- ROUNDS]
import { askTicket, keepAliveAgent } from '../support/ask.ts';
import { startFlood } from '../support/flood.ts';
import { SECRET } from '../support/jwt.ts';
import { removeEveryRedis, startRedis } from '../support/redis.ts';
import { serve } from '../support/ticketd.ts';
import { loadAverage } from './support/machine.ts';
import { median } from './support/table.ts';

const CLIENTS = 4;
const REQUESTS_EACH = 60;
const SEED = 1;
const rounds = Number(process.argv[2] ?? 9);

interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const timesOfClient = async (url: string): Promise<readonly number[]> => {
  const agent = keepAliveAgent();
  const times: number[] = [];
  for (let n = 0; n < REQUESTS_EACH; n += 1) {
    const startedAt = performance.now();
    const { status } = await askTicket(url, agent);
    if (status !== 200) throw new Error(`an honest request was answered ${status}`);
    times.push(performance.now() - startedAt);
  }
  agent.destroy();
  return times;
};

const round = async (url: string): Promise<Latency> => {
  const times = (await Promise.all(Array.from({ length: CLIENTS }, () => timesOfClient(url)))).flat();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
};

/** The medians of all rounds. */
const measure = async (url: string): Promise<Latency> => {
  const measured: Latency[] = [];
  while (measured.length < rounds) measured.push(await round(url));
  return { p50Ms: median(measured.map(({ p50Ms }) => p50Ms)), p99Ms: median(measured.map(({ p99Ms }) => p99Ms)) };
};

const redis = await startRedis();
const service = serve({ REDIS_URL: redis.url, JWT_SECRET: SECRET });
const url = await service.url();
process.stdout.write(`load average before: ${loadAverage()}\n`);
// What is asked first warms the service up.
await round(url);
const quiet = await measure(url);
const flood = startFlood(url, SEED);
await service.line('bad_credentials_flood');
const flooded = await measure(url);
for (const figure of ['p50Ms', 'p99Ms'] as const)
  process.stdout.write(
    `${figure}: ${quiet[figure].toFixed(1)} quiet, ${flooded[figure].toFixed(1)} beside the flood, ` +
      `${(flooded[figure] / quiet[figure]).toFixed(2)}x\n`,
  );
await flood.stop();
service.process.kill('SIGINT');
await service.exit;
await removeEveryRedis();
