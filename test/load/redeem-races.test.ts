import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { ask, TICKET_PATH } from '../support/ask.ts';
import { freePort } from '../support/free-port.ts';
import { bearer, SECRET, token } from '../support/jwt.ts';
import { GATEWAY_KEY, REDEEM_PATH } from '../support/redeem.ts';
import { startRedis } from '../support/redis.ts';
import { serve, type Ticketd } from '../support/ticketd.ts';
import { until } from '../support/until.ts';

// More tickets find no other fault; the figure in src/http/README.md is for 10,000.
const TICKETS = Number(process.env.TEST_TICKETS ?? 1_000);
const CALLERS = 10;
const PROCESSES = 4;
/** How many tickets are raced for concurrently. */
const AT_ONCE = 16;

interface Instance {
  readonly process: Ticketd;
  readonly url: string;
  readonly internalUrl: string;
}

describe(`POST /ws-ticket/redeem by ${CALLERS} concurrent callers over ${PROCESSES} processes`, function () {
  this.timeout(300_000);
  const agent = new Agent({ keepAlive: true });
  const headers = { ...bearer(GATEWAY_KEY), 'Content-Type': 'application/json' };
  let instances: readonly Instance[];

  before(async () => {
    const redis = await startRedis();
    instances = await Promise.all(Array.from({ length: PROCESSES }, () => start(redis.url)));
  });
  after(async () => {
    agent.destroy();
    for (const { process } of instances) process.process.kill('SIGINT');
    await Promise.all(instances.map(({ process }) => process.exit));
  });

  const start = async (redisUrl: string): Promise<Instance> => {
    const [port, internalPort] = [await freePort(), await freePort()];
    const process = serve({
      PORT: String(port),
      INTERNAL_PORT: String(internalPort),
      REDIS_URL: redisUrl,
      JWT_SECRET: SECRET,
      GATEWAY_KEYS: GATEWAY_KEY,
      // One log line per request would be most of the work.
      LOG_LEVEL: 'fatal',
      TICKET_TTL_SECONDS: '300',
    });
    const url = `http://127.0.0.1:${port}`;
    await until('it is ready', () =>
      ask(`${url}/ready`).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    return { process, url, internalUrl: `http://127.0.0.1:${internalPort}` };
  };

  const instanceAt = (index: number): Instance => instances[index % PROCESSES] ?? expect.fail();

  const issue = async (index: number): Promise<string> => {
    const { body } = await ask(instanceAt(index).url + TICKET_PATH, { method: 'POST', headers: bearer(jwt), agent });
    return String(body.ticket);
  };
  const jwt = token();

  /** The status that one caller gets. */
  const redeem = (ticket: string, caller: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const url = instanceAt(caller).internalUrl + REDEEM_PATH;
      const asked = request(url, { method: 'POST', headers, agent }, async (response) => {
        await text(response);
        resolve(response.statusCode ?? 0);
      });
      asked.once('error', reject);
      asked.end(JSON.stringify({ ticket }));
    });

  const race = async (index: number): Promise<readonly number[]> => {
    const ticket = await issue(index);
    // Each race starts at another process.
    return Promise.all(Array.from({ length: CALLERS }, (_, caller) => redeem(ticket, index + caller)));
  };

  it(`lets exactly one caller redeem each of ${TICKETS} tickets`, async () => {
    const startedAt = performance.now();
    const winners = new Map<number, number>();
    const statuses = new Map<number, number>();
    let next = 0;
    const runRaces = async () => {
      while (next < TICKETS) {
        next += 1;
        const answers = await race(next);
        for (const status of answers) count(statuses, status);
        count(winners, answers.filter((status) => status === 200).length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, runRaces));
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(
      `        ${Object.entries(Object.fromEntries(statuses))
        .map(([status, times]) => `${times} × ${status}`)
        .join(', ')} in ${seconds.toFixed(1)} s`,
    );
    expect([...winners]).to.deep.equal([[1, TICKETS]]);
    expect([...statuses].sort()).to.deep.equal([
      [200, TICKETS],
      [403, TICKETS * (CALLERS - 1)],
    ]);
  });
});

const count = (counts: Map<number, number>, key: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};
