// Simulates a reconnect storm of a million users, and measures one of some thousand. Writes ops/build/capacity/storm.json.
// The costs are those of ops/build/capacity/scale.json.
//   npm run bench:storm
import { figuresOf } from '../../ops/build/capacity/formula.ts';
import { readResult, writeResult } from '../../ops/build/capacity/results.ts';
import { removeEveryRedis } from '../support/redis.ts';
import { measureStorm } from './storm/measured-storm.ts';
import { costsOf, simulateStorms } from './storm/simulated-storm.ts';
import { loadAverage, thisMachine } from './support/machine.ts';

const USERS = 1_000_000;
const OUTAGE_SECONDS = 30;
const CLIENTS = 5000;
const REAL_OUTAGE_MS = 10_000;

const conditions = { loadAverage: loadAverage() };
const figures = figuresOf(readResult('scale'));
process.stdout.write(`simulating ${USERS} users\n`);
const simulated = simulateStorms(USERS, OUTAGE_SECONDS, figures);
process.stdout.write(`${JSON.stringify(simulated, null, 2)}\n`);
const tasks = Math.min(...simulated.filter(({ withinSeconds }) => withinSeconds !== null).map((row) => row.tasks));
const costs = costsOf(figures);
process.stdout.write(`measuring ${CLIENTS} clients\n`);
const played = await measureStorm({ users: USERS, tasks, clients: CLIENTS, outageMs: REAL_OUTAGE_MS, costs });
const real = { ...conditions, ...played };
process.stdout.write(`${JSON.stringify(real, null, 2)}\n`);
writeResult('storm', { machine: thisMachine(), users: USERS, outageSeconds: OUTAGE_SECONDS, simulated, real });
await removeEveryRedis();
process.exit();
