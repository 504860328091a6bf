// Two processes of ticketd behind a load balancer, at half of what they can do, while one of them is drained and started
// again and again, and Redis is, too. Writes ops/build/capacity/soak.json. Exits 1 if a request failed outside the Redis
// outages, or if memory grew by more than ops/build/capacity/growth.ts allows.
//   npm run bench:soak [-- MINUTES]
import { setTimeout as delay } from 'node:timers/promises';
import { faultsOf, TELLING_MINUTES } from '../../ops/build/capacity/growth.ts';
import { type Soak, writeResult } from '../../ops/build/capacity/results.ts';
import { TICKET_PATH } from '../support/ask.ts';
import { token } from '../support/jwt.ts';
import { removeEveryRedis, startRedis } from '../support/redis.ts';
import { startBalancer } from './soak/balancer.ts';
import { drive } from './soak/drive.ts';
import { sampleMemory } from './soak/samples.ts';
import { restartRedis, restartTicketd } from './soak/troubles.ts';
import type { Window } from './soak/windows.ts';
import { makeKeys } from './support/keys.ts';
import { loadAverage, thisMachine } from './support/machine.ts';
import { freePlace, startTicketd } from './support/ticketd.ts';

const minutes = Number(process.argv[2] ?? 20);
const TROUBLE_EVERY_MS = 30_000;
const MAXIMUM_MS = 10_000;
const USERS = 10_000;

const conditions = { loadAverage: loadAverage() };
const keys = makeKeys('HS256');
const redis = await startRedis();
const env = { REDIS_URL: redis.url, DRAIN_DELAY_MS: '3000' };
const [steadyPlace, otherPlace] = [await freePlace(), await freePlace()];
const stage = { redis, keys, env, targets: [steadyPlace, otherPlace] };
const steady = await startTicketd(keys, env, steadyPlace);
let other = await startTicketd(keys, env, otherPlace);
const balancer = await startBalancer(stage.targets);
const plan = {
  issueUrl: balancer.url + TICKET_PATH,
  redeemUrl: `${balancer.internalUrl}${TICKET_PATH}/redeem`,
  gatewayKey: keys.gatewayKey,
  tokens: Array.from({ length: USERS }, (_, n) =>
    token({ sub: `user-${n}`, exp: Math.floor(Date.now() / 1000) + 60 * minutes + 3600 }, { secret: keys.signKey }),
  ),
};

const maximumPerSecond = await measureMaximum();
const perSecond = maximumPerSecond / 2;
tell(`at most ${Math.round(maximumPerSecond)} connects a second: ${Math.round(perSecond)} from now on`);

const load = drive({ ...plan, perSecond });
const sampler = sampleMemory(steady);
const outages: Window[] = [];
let restartsOfTicketd = 0;
const endsAt = performance.now() + minutes * 60_000;
while (performance.now() + TROUBLE_EVERY_MS < endsAt) {
  await delay(TROUBLE_EVERY_MS);
  if (restartsOfTicketd > outages.length) outages.push(await restartRedis(stage));
  else {
    other = await restartTicketd(stage, other, otherPlace);
    restartsOfTicketd += 1;
  }
  const minutesLeft = (endsAt - performance.now()) / 60_000;
  tell(`${restartsOfTicketd} drains, ${outages.length} restarts of Redis, ${minutesLeft.toFixed(1)} minutes left`);
}
await delay(endsAt - performance.now());

const memory = sampler.end();
const soak: Soak = {
  machine: thisMachine(),
  ...conditions,
  minutes,
  maximumPerSecond,
  perSecond,
  restartsOfTicketd,
  restartsOfRedis: outages.length,
  ...(await load.end(outages)),
  ...memory,
};
writeResult('soak', soak);
tell(JSON.stringify({ ...soak, samples: undefined }, null, 2));
await balancer.close();
const codes = [await steady.stop('SIGTERM'), await other.stop('SIGTERM')];
await removeEveryRedis();

const faults = [...faultsOf(soak), ...codes.filter((code) => code !== 0).map((code) => `a drain ended with ${code}`)];
if (minutes < TELLING_MINUTES) tell(`memory is not judged: that takes ${TELLING_MINUTES} minutes`);
tell(faults.length > 0 ? `FAILED: ${faults.join(', ')}` : 'nothing speaks against it');
process.exit(faults.length > 0 ? 1 : 0);

/** Connects a second with nothing held back, once the processes are warm. */
async function measureMaximum(): Promise<number> {
  let perSecond = 0;
  for (const what of ['warming up', 'measuring the maximum']) {
    tell(what);
    const full = drive(plan);
    await delay(MAXIMUM_MS);
    perSecond = (await full.end([])).requestsPerSecond / 2;
  }
  return perSecond;
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
