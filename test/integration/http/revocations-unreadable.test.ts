import { expect } from 'chai';
import request from 'supertest';
import { bearer } from '../../support/jwt.ts';
import { metricValue } from '../../support/metric-value.ts';
import { GATEWAY_KEY, issueTicket, REVOKE_PATH, redeem, revoke } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { openFeed, untilFeed } from '../../support/revocation-feed.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

const PASSWORD = 'right-horse-7';
const TICKETS = ['~ticketd:*', '+set', '+getdel', '+mget'];
const REVOCATIONS = ['+xadd', '+xread', '+xrange', '+xinfo'];

const statusOf = async (url: string): Promise<number> => (await request(url).get('/ready')).status;

const readerLag = async ({ internalUrl }: RunningService): Promise<number> => {
  const { text } = await request(internalUrl).get('/metrics');
  return Number(metricValue(text, 'ticketd_revocation_reader_lag_seconds'));
};

const endByGatewayKey = ({ internalUrl }: RunningService) =>
  request(internalUrl).post(REVOKE_PATH).set(bearer(GATEWAY_KEY)).send({ subject: 'alice' });

describe('revocations that cannot be read', () => {
  let redis: TestRedis;
  let service: RunningService;

  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => service.stop());

  const expectOutage = async (errorCode: string) => {
    await until('the outage is logged', () => service.eventsOf('revocation_reader_down').length > 0);
    expect(service.eventsOf('revocation_reader_down')).to.have.length(1);
    expect(service.eventsOf('revocation_reader_down')[0]?.errorCode).to.equal(errorCode);
    expect((await openFeed(service.internalUrl)).status).to.equal(503);
  };

  it('leave tickets as they are where the Redis user lacks the commands, until it has them', async () => {
    await redis.cli('ACL', 'SETUSER', 'tickets', 'on', `>${PASSWORD}`, ...TICKETS);
    const url = redis.url.replace('redis://', `redis://tickets:${PASSWORD}@`);
    service = await startService({ REDIS_URL: url, GATEWAY_KEYS: GATEWAY_KEY });

    const [ticket, another] = [await issueTicket(service), await issueTicket(service)];
    const { status, body } = await redeem(service, { ticket });
    expect(status).to.equal(200);
    expect(body).to.have.property('revocationPosition', null);
    expectRefusal(await revoke(service), 503, 'WS_TICKET_REDIS_NOT_READY');
    expectRefusal(await endByGatewayKey(service), 503, 'WS_TICKET_REDIS_NOT_READY');
    expectRefusal(await redeem(service, { ticket: another }), 403, 'WS_TICKET_NOT_REDEEMABLE');
    expect(service.eventsOf('ws_ticket_redis_not_ready').at(-1)?.error).to.match(/^NOPERM/);
    await expectOutage('NOPERM');
    expect(await readerLag(service)).to.be.at.least(10);
    expect(await statusOf(service.url)).to.equal(200);

    await redis.cli('ACL', 'SETUSER', 'tickets', '+xadd');
    expectRefusal(await revoke(service), 503, 'WS_TICKET_REDIS_NOT_READY');
    expect(await redis.cli('EXISTS', 'ticketd:s1:revocations')).to.equal('0');

    await redis.cli('ACL', 'SETUSER', 'tickets', ...REVOCATIONS);
    await until('the end of the outage is logged', () => service.eventsOf('revocation_reader_up').length === 1);
    expect((await revoke(service)).status).to.equal(204);
    const { body: known } = await redeem(service, { ticket: await issueTicket(service) });
    expect(known.revocationPosition).to.match(/^\d{13}-\d{10}$/);
    expect((await openFeed(service.internalUrl)).status).to.equal(200);
    expect(service.eventsOf('redis_down')).to.deep.equal([]);
    expect(service.eventsOf('ws_ticket_revoked')).to.have.length(1);
  });

  it('end the feeds after 10 seconds while Redis hangs; a feed resumes afterwards without a gap', async () => {
    service = await startService({ REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY });
    const feed = await untilFeed(service.internalUrl);
    expect((await revoke(service)).status).to.equal(204);
    await feed.untilMessages(2);
    await redis.pause();
    expect(await feed.ended).to.equal(true);
    expect(service.eventsOf('revocation_feed_closed').at(-1)).to.include({ reason: 'delayed' });
    await expectOutage('ETIMEDOUT');
    await redis.resume();
    await until('Redis is ready', async () => (await statusOf(service.url)) === 200);
    expect((await revoke(service)).status).to.equal(204);
    await until('the end of the outage is logged', () => service.eventsOf('revocation_reader_up').length === 1);
    const resumed = await openFeed(service.internalUrl, { lastEventId: feed.lastId });
    await resumed.untilMessages(2);
    expect(resumed.messages.map(({ event }) => event)).to.deep.equal([undefined, 'revoked']);
    expect(resumed.keys).to.deep.equal(feed.keys);
  });
});
