// Measures how the cost grows with processes, shards, live tickets and connections.
// Writes ops/build/capacity/scale.json.
//   npm run bench:scale [-- PART…]   costs, processes, cluster, connections, tickets; all of them unless told
import { readResult, type Scale, writeResult } from '../../ops/build/capacity/results.ts';
import { removeEveryRedis } from '../support/redis.ts';
import { createLoadKit } from './scale/load-kit.ts';
import { parts } from './scale/parts.ts';
import { loadAverage, thisMachine } from './support/machine.ts';

const given = process.argv.slice(2);
const unknown = given.filter((name) => !(name in parts));
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join()}: take of ${Object.keys(parts).join()}`);

const conditions = { loadAverage: loadAverage() };
const kit = await createLoadKit();
for (const [name, measure] of Object.entries(parts)) {
  if (given.length > 0 && !given.includes(name)) continue;
  process.stdout.write(`measuring ${name}\n`);
  const part = { ...conditions, ...(await measure(kit)) };
  process.stdout.write(`${name} ${JSON.stringify(part, null, 2)}\n`);
  // Each is written immediately, so that each can be measured alone, when the machine is quiet.
  writeResult('scale', { ...former(), machine: thisMachine(), [name]: part });
}
await removeEveryRedis();
process.exit();

function former(): Scale {
  try {
    return readResult('scale');
  } catch {
    // The parts that are still lacking come next.
    return {} as Scale;
  }
}
