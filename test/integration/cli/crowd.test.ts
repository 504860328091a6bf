import { expect } from 'chai';
import { TICKET_PATH } from '../../support/ask.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { openConnection, type RawConnection } from '../../support/raw-connection.ts';
import { rawRequest } from '../../support/raw-http.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const CONNECTIONS = 500;
// Sent ahead, so that they arrive faster than this side could open connections.
const AHEAD = 10;
const ALL = CONNECTIONS * AHEAD;

describe('a burst of 5,000 requests', () => {
  let redis: TestRedis;
  let service: Ticketd;
  let burst: readonly RawConnection[];
  let probe: RawConnection;
  let scrape: RawConnection;

  before(async () => {
    redis = await startRedis();
    service = serve({ REDIS_URL: redis.url, JWT_SECRET: SECRET, LOG_LEVEL: 'debug' });
    const url = await service.url();
    burst = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(url)));
    probe = await openConnection(url);
    scrape = await openConnection(await service.url('internal'));
  });
  after(async () => {
    for (const connection of [...burst, probe, scrape]) connection.destroy();
    await endAll();
    await redis.stop();
  });

  /** What the service answered so far, in its own order. */
  const answered = () => service.linesOf('request');
  const ticketsBefore = (route: string): number => {
    const first = answered().findIndex((line) => line.route === route);
    return answered().slice(0, first).length;
  };

  it('gets a ticket for each, and delays neither a probe nor the metrics', async () => {
    const headers = ['Host: x', `Authorization: Bearer ${token()}`, 'Content-Length: 0'];
    const asked = rawRequest(`POST ${TICKET_PATH} HTTP/1.1`, headers).repeat(AHEAD);
    // All of it waits in the kernel, the probe and the metrics last, when the service continues.
    service.process.kill('SIGSTOP');
    await Promise.all(burst.map(({ send }) => send(asked)));
    await probe.send(rawRequest('GET /health HTTP/1.1', ['Host: x']));
    await scrape.send(rawRequest('GET /metrics HTTP/1.1', ['Host: x']));
    service.process.kill('SIGCONT');
    await until('all are answered', () => answered().length >= ALL + 2, 25_000);
    const tickets = answered().filter(({ route }) => route === TICKET_PATH);
    expect(tickets.map(({ status }) => status)).to.deep.equal(Array.from({ length: ALL }, () => 200));
    expect(service.linesOf('request_shed')).to.deep.equal([]);
    for (const route of ['/health', '/metrics']) expect(ticketsBefore(route), route).to.be.below(ALL / 2);
  });
});
