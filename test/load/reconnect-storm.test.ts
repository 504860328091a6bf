import { expect } from 'chai';
import { GATEWAY_KEY } from '../support/redeem.ts';
import { startRedis } from '../support/redis.ts';
import { type RunningService, startService } from '../support/service.ts';
import type { RecordedRequest } from '../support/storm/recorded-fetch.ts';
import { playStorm, type Storm } from '../support/storm/storm.ts';

// The figures in src/client/README.md are for 2,000 clients.
const CLIENTS = Number(process.env.TEST_CLIENTS ?? 300);
const OUTAGE_MS = 5_000;
const WINDOW_MS = 100;

describe(`ticketd/client when ${CLIENTS} clients lose their sockets and Redis is down for 5 s`, function () {
  this.timeout(120_000);
  const services: RunningService[] = [];
  let ours: Storm;
  let naive: Storm;
  before(async () => {
    [ours, naive] = await Promise.all([play('ours'), play('naive')]);
  });
  after(() => Promise.all(services.map((service) => service.stop())));

  const play = async (kind: 'ours' | 'naive'): Promise<Storm> => {
    const redis = await startRedis();
    const service = await startService({ REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY });
    services.push(service);
    return playStorm({ kind, clients: CLIENTS, outageMs: OUTAGE_MS, redis, service });
  };

  it('reconnects every client after the outage', () => {
    const lastBackMs = Math.max(...ours.openedAt) - ours.recoveredAt;
    console.log(`        the last one was back ${Math.round(lastBackMs)} ms after Redis`);
    expect(ours.openedAt).to.have.lengthOf(CLIENTS);
  });

  it('sends no ticket request before the Retry-After of the previous reply has passed', () => {
    const early = [...byClient(duringStorm(ours)).values()].flatMap(tooEarly);
    expect(early).to.deep.equal([]);
    const refused = duringStorm(ours).filter(({ status }) => status === 503);
    expect(refused.length).to.be.at.least(CLIENTS / 10);
    expect(refused.every(({ retryAfter }) => retryAfter === 2)).to.equal(true);
  });

  it('never sends a used ticket', () => {
    expect(ours.refused).to.equal(0);
  });

  it('peaks below half the request rate of a naive retry loop', () => {
    const [peak, naivePeak] = [peakPerSecond(ours), peakPerSecond(naive)];
    for (const [name, storm, rate] of [
      ['ticketd/client', ours, peak],
      ['naive loop', naive, naivePeak],
    ] as const)
      console.log(`        ${name}: peak ${rate} ticket requests/s, ${duringStorm(storm).length} in all`);
    expect(peak).to.be.below(naivePeak / 2);
  });
});

const duringStorm = ({ requests, outageAt }: Storm): readonly RecordedRequest[] =>
  requests.filter(({ sentAt }) => sentAt >= outageAt);

const byClient = (requests: readonly RecordedRequest[]): ReadonlyMap<number, readonly RecordedRequest[]> => {
  const all = new Map<number, RecordedRequest[]>();
  for (const request of requests) all.set(request.client, [...(all.get(request.client) ?? []), request]);
  return all;
};

const tooEarly = (requests: readonly RecordedRequest[]): readonly RecordedRequest[] =>
  requests.filter(({ sentAt }, n) => {
    const before = requests[n - 1];
    return before !== undefined && sentAt < allowedAt(before);
  });

/** While a request is in flight, no other is allowed. */
const allowedAt = ({ endedAt = Number.POSITIVE_INFINITY, retryAfter = 0 }: RecordedRequest): number =>
  endedAt + retryAfter * 1_000;

/** The most requests in any tenth of a second, as a rate. */
const peakPerSecond = (storm: Storm): number => {
  const due = duringStorm(storm)
    .map(({ dueAt }) => dueAt)
    .toSorted((a, b) => a - b);
  let first = 0;
  let most = 0;
  due.forEach((dueAt, last) => {
    while (dueAt - (due[first] ?? dueAt) >= WINDOW_MS) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return (most * 1_000) / WINDOW_MS;
};
