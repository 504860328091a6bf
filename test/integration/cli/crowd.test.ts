import { expect } from 'chai';
import request from 'supertest';
import { ask, TICKET_PATH } from '../../support/ask.ts';
import { SECRET, token } from '../../support/jwt.ts';
import { openConnection, type RawConnection } from '../../support/raw-connection.ts';
import { rawRequest } from '../../support/raw-http.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

const CONNECTIONS = 500;
// Sent ahead, so that they come faster than this side could open connections.
const AHEAD = 10;
const ALL = CONNECTIONS * AHEAD;
// Of `ticketd probe`, unless told otherwise.
const PROBE_TIMEOUT_MS = 2000;

describe('5,000 requests that come at once', () => {
  let redis: TestRedis;
  let service: Ticketd;
  let crowd: readonly RawConnection[];

  before(async () => {
    redis = await startRedis();
    service = serve({ REDIS_URL: redis.url, JWT_SECRET: SECRET });
    const url = await service.url();
    crowd = await Promise.all(Array.from({ length: CONNECTIONS }, () => openConnection(url)));
  });
  after(async () => {
    for (const connection of crowd) connection.destroy();
    await endAll();
    await redis.stop();
  });

  const answers = (status = '\\d{3}') =>
    crowd.reduce((sum, { received }) => sum + (received.match(new RegExp(`HTTP/1.1 ${status} `, 'g')) ?? []).length, 0);

  it('all get their tickets, and keep neither a probe nor the metrics waiting', async () => {
    const headers = ['Host: x', `Authorization: Bearer ${token()}`, 'Content-Length: 0'];
    const asked = rawRequest(`POST ${TICKET_PATH} HTTP/1.1`, headers).repeat(AHEAD);
    await Promise.all(crowd.map(({ send }) => send(asked)));
    const sentAt = performance.now();
    const probe = await ask(`${await service.url()}/health`);
    const metrics = await request(await service.url('internal')).get('/metrics');
    expect([probe.status, metrics.status]).to.deep.equal([200, 200]);
    // Where the crowd was through before this side had read the answers, their own time limit is the measure.
    const waitedMs = performance.now() - sentAt;
    expect(answers() < ALL || waitedMs < PROBE_TIMEOUT_MS, `${waitedMs} ms, behind the crowd`).to.equal(true);
    await until('all are answered', () => answers() === ALL);
    expect(answers('200')).to.equal(ALL);
    expect(service.linesOf('request_shed')).to.deep.equal([]);
  });
});
