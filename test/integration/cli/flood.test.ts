import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { askTicket, keepAliveAgent, TICKET_PATH } from '../../support/ask.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { createMalformer, randomFrom } from '../../support/malformed.ts';
import { rawRequest } from '../../support/raw-http.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll, STACK_TRACE, serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const CONNECTIONS = 100;
const SLOW_SENDERS = 200;
const BROKEN_REQUESTS = 500;
const BROKEN_EVERY_MS = 10;
const HONEST_CLIENTS = 4;
const REQUESTS_EACH = 60;
const ROUNDS = 5;
// Below it a busy machine's own pauses are all that one measures.
const LEAST_P99_MS = 30;

const POST = `POST ${TICKET_PATH} HTTP/1.1`;
const bad = (jwt: string) => rawRequest(POST, ['Host: x', `Authorization: Bearer ${jwt}`, 'Content-Length: 0']);
const slowBytes = [
  'POST',
  `${POST}\r\nHost: x\r\nX-A: `,
  rawRequest(
    POST,
    ['Host: x', `Authorization: Bearer ${token()}`, 'Content-Type: application/json', 'Content-Length: 4000'],
    '{',
  ),
];

interface Honest {
  readonly statuses: readonly number[];
  readonly p99Ms: number;
}

describe('honest callers beside a flood from their own address', () => {
  let redis: TestRedis;
  let service: Ticketd;
  let flood: Worker;
  let quiet: Honest;
  const seed = Math.floor(Math.random() * 2 ** 32);

  before(async () => {
    redis = await startRedis();
    service = serve({ REDIS_URL: redis.url, JWT_SECRET: SECRET });
    // What is asked first warms the service up.
    await askHonestly();
    quiet = await askInRounds();
    const request = bad(token({}, { secret: 'another-secret-for-tests-of-32-bytes' }));
    const port = Number(new URL(await service.url()).port);
    const malformed = createMalformer(randomFrom(seed));
    const broken = Array.from({ length: BROKEN_REQUESTS }, malformed);
    const workerData = {
      ...{ port, floods: CONNECTIONS, request, slow: SLOW_SENDERS, slowBytes },
      ...{ broken, brokenEveryMs: BROKEN_EVERY_MS },
    };
    flood = new Worker(new URL('../../support/flood.mjs', import.meta.url), { workerData });
    await service.line('bad_credentials_flood');
  });
  after(async () => {
    await flood.terminate();
    await endAll();
    await redis.stop();
  });

  const askHonestly = async (): Promise<Honest> => {
    const url = await service.url();
    const client = async () => {
      const agent = keepAliveAgent();
      const asked: { status: number; ms: number }[] = [];
      for (let n = 0; n < REQUESTS_EACH; n += 1) {
        const startedAt = performance.now();
        const { status } = await askTicket(url, agent);
        asked.push({ status, ms: performance.now() - startedAt });
      }
      agent.destroy();
      return asked;
    };
    const asked = (await Promise.all(Array.from({ length: HONEST_CLIENTS }, client))).flat();
    const slowest = asked.map(({ ms }) => ms).sort((a, b) => b - a);
    return { statuses: asked.map(({ status }) => status), p99Ms: slowest[Math.floor(asked.length / 100)] ?? 0 };
  };

  /** The median of some rounds, since a busy machine may spoil one. */
  const askInRounds = async (): Promise<Honest> => {
    const rounds: Honest[] = [];
    while (rounds.length < ROUNDS) rounds.push(await askHonestly());
    const p99s = rounds.map(({ p99Ms }) => p99Ms).sort((a, b) => a - b);
    return { statuses: rounds.flatMap(({ statuses }) => statuses), p99Ms: p99s[ROUNDS >> 1] ?? 0 };
  };

  const toldByFlood = async (): Promise<{ readonly answers: number; readonly sent: number }> => {
    const told = once(flood, 'message');
    flood.postMessage('how many?');
    return (await told)[0];
  };

  const residentMb = async (): Promise<number> => {
    const status = await readFile(`/proc/${service.process.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1000;
  };

  it('all get their tickets, in at most three times the time', async () => {
    const { statuses, p99Ms } = await askInRounds();
    expect([...new Set(statuses)]).to.deep.equal([200]);
    expect(p99Ms).to.be.at.most(Math.max(3 * quiet.p99Ms, LEAST_P99_MS));
  });

  it('leave the flood its answers, all of them, one after the other', async () => {
    const before = (await toldByFlood()).answers;
    await until(
      'more than each connection had under way',
      async () => (await toldByFlood()).answers > before + 2 * CONNECTIONS,
    );
  });

  it('are among broken requests of every kind, none of which is an error of its own', async () => {
    await until('all of them were sent', async () => (await toldByFlood()).sent > BROKEN_REQUESTS, 60_000);
    const faults = ['internal_error', 'uncaught_error'].flatMap((event) => service.linesOf(event));
    expect(faults, `seed ${seed}`).to.deep.equal([]);
    expect(service.output).not.to.match(STACK_TRACE);
  });

  it('find probes answered, and memory bounded', async () => {
    const { status } = await fetch(`${await service.url()}/ready`);
    expect(status).to.equal(200);
    expect(await residentMb()).to.be.below(300);
  });
});
