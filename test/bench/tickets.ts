// Measures ticketd as built against what one would pick instead, in turn in the same run, and writes the tables down.
// `npm run bench` runs it on each Node.js.
import { writeFile } from 'node:fs/promises';
import { removeEveryRedis, startRedis, type TestRedis } from '../support/redis.ts';
import { ALGORITHMS, issueRequests, type Keys, makeKeys, redeemRequests } from './support/keys.ts';
import { inTurn, measure } from './support/measure.ts';
import { type RedisUse, redisUseOf, redisUseTable } from './support/redis-use.ts';
import { type BenchServer, buildPeers, SERVERS, startServer } from './support/servers.ts';
import { tableOf } from './support/table.ts';

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 3);
/** Only what a ticket costs, not what else there is to measure. */
const isBrief = process.argv[4] === 'brief';
const CONNECTIONS = 64;
const MANY_CONNECTIONS = 1000;
const REDEEMED_A_ROUND = 5000;
// Each JWT of these once, and each of those again and again.
const FIRST_USES_A_ROUND = 4000;
const REPEATED = 1000;
const [MAJOR] = process.versions.node.split('.');
const OUTPUT = new URL(`./measured-${MAJOR}.md`, import.meta.url);

const tables: string[] = [`## Node.js ${process.versions.node}\n`];
process.stdout.write(`${tables[0]}\n`);
const print = (table: string) => {
  tables.push(table);
  process.stdout.write(`${table}\n`);
};

const withServers = async (keys: Keys, use: (servers: readonly BenchServer[], redis: TestRedis) => Promise<void>) => {
  const redis = await startRedis();
  const servers = await Promise.all(SERVERS.map((name) => startServer(name, redis.url, keys)));
  await use(servers, redis);
  await Promise.all(servers.map((server) => server.stop()));
  await redis.stop();
};

const issue = (servers: readonly BenchServer[], requestsFile: string, connections: number, status: number) =>
  inTurn(servers, rounds, (server) =>
    measure(server, { url: server.issueUrl, connections, seconds, requestsFile }, status),
  );

/** Each server gets each JWT once: it has to verify them all. */
const issueFirst = async (servers: readonly BenchServer[], keys: Keys) => {
  const files = await Promise.all(
    Array.from({ length: rounds + 1 }, (_, round) => issueRequests(keys, `first-${round}`, FIRST_USES_A_ROUND)),
  );
  return inTurn(servers, rounds, (server, round) => {
    const load = { connections: CONNECTIONS, amount: FIRST_USES_A_ROUND, requestsFile: files[round] ?? '' };
    return measure(server, { ...load, url: server.issueUrl }, 200);
  });
};

const ONCE = { connections: CONNECTIONS, amount: REDEEMED_A_ROUND };

const issueToRedeem = async (server: BenchServer, requestsFile: string, keys: Keys) => {
  const load = { ...ONCE, url: server.issueUrl, requestsFile, keepBodies: true };
  const { bodies } = await measure(server, load, 200);
  const file = await redeemRequests(server.name, keys, bodies);
  return {
    tickets: bodies.length,
    redeem: () => measure(server, { ...ONCE, url: server.redeemUrl, requestsFile: file }, 200),
  };
};

/** Issues what the round will redeem, then redeems each ticket once. */
const redeem = (servers: readonly BenchServer[], requestsFile: string, keys: Keys) =>
  inTurn(servers, rounds, async (server) => (await issueToRedeem(server, requestsFile, keys)).redeem());

const redisUse = async (servers: readonly BenchServer[], redis: TestRedis, requestsFile: string, keys: Keys) => {
  const uses: RedisUse[] = [];
  for (const server of servers)
    uses.push(await redisUseOf(server.name, redis, () => issueToRedeem(server, requestsFile, keys)));
  return uses;
};

await buildPeers();
for (const algorithm of ALGORITHMS) {
  const keys = makeKeys(algorithm);
  const requestsFile = await issueRequests(keys, 'repeated', REPEATED);
  await withServers(keys, async (servers, redis) => {
    const name = `Issue, ${algorithm}, ${CONNECTIONS} connections`;
    print(tableOf(`${name}, first use of a JWT`, await issueFirst(servers, keys)));
    print(tableOf(`${name}, repeated use`, await issue(servers, requestsFile, CONNECTIONS, 200)));
    if (algorithm !== 'HS256' || isBrief) return;
    const many = await issue(servers, requestsFile, MANY_CONNECTIONS, 200);
    print(tableOf(`Issue, ${algorithm}, ${MANY_CONNECTIONS} connections`, many));
    print(tableOf(`Redeem, ${CONNECTIONS} connections`, await redeem(servers, requestsFile, keys)));
    print(redisUseTable(await redisUse(servers, redis, requestsFile, keys)));
    await redis.stop();
    print(tableOf('Refused with 503, Redis down', await issue(servers, requestsFile, CONNECTIONS, 503)));
  });
}
await writeFile(OUTPUT, `${tables.join('\n')}\n`);
await removeEveryRedis();
process.exit();
