// Prints what a start costs as a ratio to the least that Node.js itself takes, measured in turn in the same run.
//   npm run bench:start-up [-- ROUNDS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { bearer, SECRET, token } from '../support/jwt.ts';
import { removeEveryRedis, startRedis } from '../support/redis.ts';
import { serve, ticketd } from '../support/ticketd.ts';
import { bareServerRssMb, idleRssMb } from './support/idle-memory.ts';
import { median } from './support/table.ts';

const rounds = Number(process.argv[2] ?? 9);

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

const bareNode = () =>
  once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore', env: { PATH: process.env.PATH } }), 'exit');

const issue = (port: number, jwt: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const path = '/api/v1/auth/ws-ticket';
    const options = { host: '127.0.0.1', port, path, method: 'POST', headers: bearer(jwt), agent: false as const };
    request(options, (response) => resolve(response.resume().statusCode))
      .on('error', () => resolve(undefined))
      .end();
  });

/** From spawn to the first 200; asked for when the log says that it listens, since a busy client would slow it down. */
const firstTicket = async (redisUrl: string): Promise<number> => {
  const jwt = token();
  let service: ReturnType<typeof serve> | undefined;
  const ms = await timed(async () => {
    service = serve({ REDIS_URL: redisUrl, JWT_SECRET: SECRET, NODE_ENV: 'production' });
    const status = await issue(Number(new URL(await service.url()).port), jwt);
    if (status !== 200) throw new Error(`the first ticket request was answered ${status}`);
  });
  service?.process.kill('SIGINT');
  await service?.exit;
  return ms;
};

const redis = await startRedis();
const up = serve({ REDIS_URL: redis.url, JWT_SECRET: SECRET });
const base = await up.url();
const PORT = new URL(base).port;
const commands: Record<string, () => Promise<number>> = {
  'node -e 0': () => timed(bareNode),
  'serve, to the first 200': () => firstTicket(redis.url),
  probe: () => timed(() => ticketd(['probe'], { PORT }).exit),
  'probe --url': () => timed(() => ticketd(['probe', '--url', base]).exit),
  'check-redis': () => timed(() => ticketd(['check-redis'], { REDIS_URL: redis.url }).exit),
  '--help': () => timed(() => ticketd(['--help']).exit),
};
const measured: Record<string, number[]> = {};
for (let round = 0; round <= rounds; round += 1)
  for (const [name, run] of Object.entries(commands)) {
    const ms = await run();
    // The first round warms the caches.
    if (round > 0) measured[name] = [...(measured[name] ?? []), ms];
  }
const tell = (name: string, value: number, unit: string, floor: number) =>
  process.stdout.write(`${name.padEnd(30)} ${value.toFixed(0).padStart(5)} ${unit}  ${(value / floor).toFixed(2)}x\n`);
const floor = median(measured['node -e 0'] ?? []);
for (const [name, values] of Object.entries(measured)) tell(name, median(values), 'ms', floor);
const bareMb = await bareServerRssMb();
tell('RSS of a bare node:http server', bareMb, 'MB', bareMb);
tell('RSS of an idle serve', await idleRssMb(up.process.pid ?? 0), 'MB', bareMb);
up.process.kill('SIGINT');
await up.exit;
await removeEveryRedis();
