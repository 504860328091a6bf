// Prints what a start costs as a ratio to the least that Node.js itself takes, measured in turn in the same run, on the
// Node.js of the image and on the oldest one.
//   npm run bench:start-up [-- ROUNDS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { bearer, SECRET, token } from '../support/jwt.ts';
import { removeEveryRedis, startRedis } from '../support/redis.ts';
import { serve, ticketd } from '../support/ticketd.ts';
import { bareServerRssMb, idleRssMb } from './support/idle-memory.ts';
import { MAJORS, nodeOf } from './support/nodes.ts';
import { median, titledTable } from './support/table.ts';

const rounds = Number(process.argv[2] ?? 9);

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

const bareNode = (node: string) =>
  once(spawn(node, ['-e', '0'], { stdio: 'ignore', env: { PATH: process.env.PATH } }), 'exit');

const issue = (port: number, jwt: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    const path = '/api/v1/auth/ws-ticket';
    const options = { host: '127.0.0.1', port, path, method: 'POST', headers: bearer(jwt), agent: false as const };
    request(options, (response) => resolve(response.resume().statusCode))
      .on('error', () => resolve(undefined))
      .end();
  });

/** From spawn to the first 200; asked for when the log says that it listens, since a busy client would slow it down. */
const firstTicket = async (node: string, redisUrl: string): Promise<number> => {
  const jwt = token();
  let service: ReturnType<typeof serve> | undefined;
  const ms = await timed(async () => {
    service = serve({ REDIS_URL: redisUrl, JWT_SECRET: SECRET, NODE_ENV: 'production' }, { node });
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

const FLOOR = 'node -e 0';
const commandsOf = (node: string): Readonly<Record<string, () => Promise<number>>> => {
  const run = (args: readonly string[], env = {}) => timed(() => ticketd(args, env, { node }).exit);
  return {
    [FLOOR]: () => timed(() => bareNode(node)),
    'serve, to the first 200': () => firstTicket(node, redis.url),
    probe: () => run(['probe'], { PORT }),
    'probe --url': () => run(['probe', '--url', base]),
    'check-redis': () => run(['check-redis'], { REDIS_URL: redis.url }),
    '--help': () => run(['--help']),
  };
};

const columns = await Promise.all(
  MAJORS.map(async (major) => ({ major, commands: commandsOf(await nodeOf(major)), ms: new Map<string, number[]>() })),
);
for (let round = 0; round <= rounds; round += 1)
  for (const { commands, ms } of columns)
    for (const [name, run] of Object.entries(commands)) {
      const took = await run();
      // The first round warms the caches.
      if (round > 0) ms.set(name, [...(ms.get(name) ?? []), took]);
    }

const medianOf = (ms: ReadonlyMap<string, readonly number[]>, name: string) => median(ms.get(name) ?? []);
const rows = Object.keys(columns[0]?.commands ?? {}).map((name) => [
  name,
  ...columns.flatMap(({ ms }) => [
    `${medianOf(ms, name).toFixed(0)} ms`,
    `${(medianOf(ms, name) / medianOf(ms, FLOOR)).toFixed(2)}x`,
  ]),
]);
const head = ['', ...MAJORS.flatMap((major) => [`Node ${major}`, `to \`${FLOOR}\``])];
process.stdout.write(titledTable('Start-up, medians', head, rows));

const [idleMb, bareMb] = [await idleRssMb(up.process.pid ?? 0), await bareServerRssMb()];
process.stdout.write(
  `RSS of an idle serve: ${idleMb.toFixed(0)} MB, ${(idleMb / bareMb).toFixed(2)}x a bare node:http server\n`,
);
up.process.kill('SIGINT');
await up.exit;
await removeEveryRedis();
