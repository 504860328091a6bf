// Measures the time from a logout to the close of the sockets, beside Socket.IO in the same run, and what it costs.
//   npm run bench:revocations
import { table } from '../../ops/build/docs/markdown-table.ts';
import { removeEveryRedis, startRedis } from '../support/redis.ts';
import { countCommands } from './revocations/commands.ts';
import { startOurs, startPeer } from './revocations/contender.ts';
import { measureFanOut } from './revocations/fan-out.ts';
import { type Delays, type Logouts, measureLogouts, SOCKETS } from './revocations/logouts.ts';
import { registryBytes } from './revocations/registry-memory.ts';
import { makeKeys } from './support/keys.ts';
import { loadAverage, thisMachine } from './support/machine.ts';

const GOAL_MS = 1000;
const FEEDS = 256;
const ROWS = [
  ['oneSession', 'one session, one after the other'],
  ['manySockets', 'a subject with 100 sockets'],
  ['manySubjects', '1,000 subjects concurrently'],
] as const;

const print = (text: string) => process.stdout.write(`${text}\n`);
const { node, redis: redisVersion, cores } = thisMachine();
print(`Node.js ${node}, Redis ${redisVersion}, ${cores} cores, load average ${loadAverage().toFixed(1)}`);

const bytes = registryBytes();
const keys = makeKeys('HS256');
const redis = await startRedis();
const ours = await startOurs(redis, keys);
const commands = await countCommands(ours.ticketd, redis, keys);
const logouts = await measureLogouts(ours, keys);
// The gateway over HTTP has one feed of this instance open.
const idle = await measureFanOut(ours.ticketd, redis, keys, 0);
const fanOut = await measureFanOut(ours.ticketd, redis, keys, FEEDS - 1);
await ours.stop();
const peer = await startPeer(redis, keys);
const theirs = await measureLogouts(peer, keys);
await peer.stop();

const inMs = (ms: number) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
const rowOf = (of: Delays, name: string, what: string, ratio: string) => [
  what,
  name,
  ...[of.p50, of.p99, of.max].map(inMs),
  ratio,
];
const rows = ROWS.flatMap(([key, what]) => [
  rowOf(logouts[key], 'ticketd', what, `${(logouts[key].p99 / theirs[key].p99).toFixed(2)}`),
  rowOf(theirs[key], 'Socket.IO', what, ''),
]);
print(`\n${SOCKETS} sockets at two processes, from the logout to the close that the client sees:\n`);
print(table(['logout of', 'server', 'p50', 'p99', 'last', 'ticketd’s p99 to Socket.IO’s'], rows));
const isMet = ({ oneSession, manySockets, manySubjects }: Logouts) =>
  [oneSession, manySockets, manySubjects].every(({ p99 }) => p99 < GOAL_MS);
print(`\np99 below ${GOAL_MS} ms: ${isMet(logouts) ? 'yes' : 'NO'}; Socket.IO: ${isMet(theirs) ? 'yes' : 'no'}`);
print(`sockets of other users closed: ${logouts.wronglyClosed}; Socket.IO: ${theirs.wronglyClosed}`);
const cpuOf = ({ cpuSeconds: { servers, clients } }: Logouts) =>
  `${servers.toFixed(2)} s of the servers and ${clients.toFixed(2)} s of the clients`;
print(`CPU of 1,000 concurrent logouts: ${cpuOf(logouts)}; Socket.IO: ${cpuOf(theirs)}`);
print(`heap for each registered socket: ${Math.round(bytes)} bytes`);
print(
  `CPU of a revocation: ${fanOut.cpuMicros.toFixed(0)} µs with ${FEEDS} feeds, ${idle.cpuMicros.toFixed(0)} µs with one`,
);
print(
  `that is ${((fanOut.cpuMicros - idle.cpuMicros) / (FEEDS - 1)).toFixed(1)} µs for each feed; ${fanOut.rssMb.toFixed(0)} MB RSS`,
);
print(`Redis commands: ${commands.issue.toFixed(2)} for an issue, ${commands.redeem.toFixed(2)} for a redeem`);
await removeEveryRedis();
process.exit(isMet(logouts) && logouts.wronglyClosed === 0 ? 0 : 1);
