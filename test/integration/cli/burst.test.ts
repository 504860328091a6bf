import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { openConnection, type RawConnection } from '../../support/raw-connection.ts';
import { rawRequest } from '../../support/raw-http.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const CONNECTIONS = 500;
// On an idle machine 5,000 are all answered before any has waited too long; a busy one is to manage fewer.
const ALL = Number(process.env.TEST_REQUESTS ?? 2_000);
// Sent ahead, so that they arrive faster than this side could open connections.
const AHEAD = ALL / CONNECTIONS;
const PATIENCE_MS = 60_000;

const TICKET = rawRequest(`POST ${TICKET_PATH} HTTP/1.1`, [
  ...['Host: x', `Authorization: Bearer ${token()}`, 'Content-Length: 0'],
]);
const HEALTH = rawRequest('GET /health HTTP/1.1', ['Host: x']);
const METRICS = rawRequest('GET /metrics HTTP/1.1', ['Host: x']);

describe(`serve under a burst of ${ALL} requests`, function () {
  this.timeout(120_000);
  let redis: TestRedis;
  let service: Ticketd;
  let burst: readonly RawConnection[];
  let probe: RawConnection;
  let scrape: RawConnection;

  before(async () => {
    redis = await startRedis();
    service = serve({ REDIS_URL: redis.url, JWT_SECRET: SECRET, LOG_LEVEL: 'debug' });
    const [url, internalUrl] = [await service.url(), await service.url('internal')];
    burst = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(url)));
    [probe, scrape] = await Promise.all([openConnection(url), openConnection(internalUrl)]);
    // A connection that has been answered may be idle for long.
    await Promise.all(burst.map(({ send }) => send(TICKET)));
    await Promise.all([probe.send(HEALTH), scrape.send(METRICS)]);
    await until('all are accepted', () => answered().length === CONNECTIONS + 2, PATIENCE_MS);
  });
  after(async () => {
    for (const connection of [...burst, probe, scrape]) connection.destroy();
    await endAll();
    await redis.stop();
  });

  /** What the service answered so far, in its own order. */
  const answered = () => service.linesOf('request');

  it('issues a ticket for each request, and delays neither a probe nor the metrics', async () => {
    const before = answered().length;
    // All of it waits in the kernel, the probe and the metrics last, until the service continues.
    service.process.kill('SIGSTOP');
    await Promise.all(burst.map(({ send }) => send(TICKET.repeat(AHEAD))));
    await probe.send(HEALTH);
    await scrape.send(METRICS);
    service.process.kill('SIGCONT');
    await until('all are answered', () => answered().length === before + ALL + 2, PATIENCE_MS);
    const answers = answered().slice(before);
    const tickets = answers.filter(({ route }) => route === TICKET_PATH);
    expect(tickets.map(({ status }) => status)).to.deep.equal(Array.from({ length: ALL }, () => 200));
    expect(service.linesOf('request_shed')).to.deep.equal([]);
    for (const path of ['/health', '/metrics'])
      expect(
        answers.findIndex(({ route }) => route === path),
        path,
      ).to.be.within(0, ALL / 2);
  });
});
