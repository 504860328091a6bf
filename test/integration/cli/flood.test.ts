import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { askTicket, keepAliveAgent } from '../../support/ask.ts';
import { BROKEN_REQUESTS, FLOOD_CONNECTIONS, type Flood, startFlood } from '../../support/flood.ts';
import { SECRET } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll, STACK_TRACE, serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const HONEST_CLIENTS = 4;
const REQUESTS_EACH = 25;

describe('serve under a flood of bad requests from one address', () => {
  let redis: TestRedis;
  let service: Ticketd;
  let flood: Flood;
  const seed = Math.floor(Math.random() * 2 ** 32);

  before(async () => {
    redis = await startRedis();
    service = serve({ REDIS_URL: redis.url, JWT_SECRET: SECRET });
    flood = startFlood(await service.url(), seed);
    await service.line('bad_credentials_flood');
  });
  after(async () => {
    await flood.stop();
    await endAll();
    await redis.stop();
  });

  /** Asks for tickets one after another; `overtaken` counts the flood's requests that were answered meanwhile. */
  const askHonestly = async (): Promise<readonly { readonly status: number; readonly overtaken: number }[]> => {
    const url = await service.url();
    const agent = keepAliveAgent();
    const asked: { status: number; overtaken: number }[] = [];
    for (let n = 0; n < REQUESTS_EACH; n += 1) {
      const before = flood.answered;
      const { status } = await askTicket(url, agent);
      asked.push({ status, overtaken: flood.answered - before });
    }
    agent.destroy();
    return asked;
  };

  it('issues every ticket for a valid JWT, and does not queue it behind the flood', async () => {
    const asked = (await Promise.all(Array.from({ length: HONEST_CLIENTS }, askHonestly))).flat();
    expect(new Set(asked.map(({ status }) => status))).to.deep.equal(new Set([200]));
    // In a queue with the flood, each would wait for a request of each of its connections.
    const overtaken = asked.map(({ overtaken: count }) => count).sort((a, b) => a - b);
    expect(overtaken[overtaken.length >> 1]).to.be.below(FLOOD_CONNECTIONS / 2);
  });

  it('answers the flood one request after another', async () => {
    const before = flood.answered;
    await until('more than each connection had under way', () => flood.answered > before + 2 * FLOOD_CONNECTIONS);
  });

  it('answers malformed requests of every kind without an internal error', async () => {
    await until('all of them were sent', () => flood.broken > BROKEN_REQUESTS, 25_000);
    const faults = ['internal_error', 'uncaught_error'].flatMap((event) => service.linesOf(event));
    expect(faults, `seed ${seed}`).to.deep.equal([]);
    expect(service.output).not.to.match(STACK_TRACE);
  });

  it('answers probes, and memory stays bounded', async () => {
    const { status } = await fetch(`${await service.url()}/ready`);
    expect(status).to.equal(200);
    const processStatus = await readFile(`/proc/${service.process.pid}/status`, 'utf8');
    expect(Number(/^VmRSS:\s+(\d+) kB$/m.exec(processStatus)?.[1]) / 1000).to.be.below(300);
  });
});
