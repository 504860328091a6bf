import { expect } from 'chai';
import request from 'supertest';
import { type ClusterSetup, startCluster } from '../../support/cluster.ts';
import { token } from '../../support/jwt.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { requestTicket } from '../../support/request-ticket.ts';
import { type RunningService, startService, withService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

describe('TICKET_RATE_LIMIT when Redis fails', () => {
  let redis: TestRedis;
  let service: RunningService;

  beforeEach(async () => {
    redis = await startRedis();
    const env = { REDIS_URL: redis.url, TICKET_RATE_LIMIT: '1/300', REDIS_COMMAND_TIMEOUT_MS: '300' };
    service = await startService(env);
  });
  afterEach(async () => {
    await service.stop();
    await redis.stop();
  });

  it('returns 503 for a request that cannot be counted, and logs it once', async () => {
    await redis.pause();
    const answer = await requestTicket(service);
    await redis.resume();
    expectRefusal(answer, 503, 'WS_TICKET_REDIS_NOT_READY');
    expect(answer.headers['retry-after']).to.equal('2');
    expect(service.eventsOf('ws_ticket_redis_not_ready').map(({ traceId }) => traceId)).to.deep.equal([
      answer.body.traceId,
    ]);
    expect(service.eventsOf('internal_error')).to.deep.equal([]);
  });

  it('limits again after a crash of Redis, in a new window', async () => {
    const bob = token({ sub: 'bob' });
    expect((await requestTicket(service)).status).to.equal(200);
    expect((await requestTicket(service)).status).to.equal(429);
    await redis.stop();
    await until('the outage is logged', () => service.eventsOf('redis_down').length === 1);
    expectRefusal(await requestTicket(service, bob), 503, 'WS_TICKET_REDIS_NOT_READY');
    await redis.start();
    await until('tickets are issued again', async () => (await requestTicket(service, bob)).status === 200);
    expect((await requestTicket(service, bob)).status).to.equal(429);
  });
});

describe('TICKET_RATE_LIMIT with an ACL user', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.stop());

  const urlOf = async (...rules: readonly string[]) => {
    await redis.cli('ACL', 'SETUSER', 'service', 'reset', 'on', '>secret', ...rules);
    return redis.url.replace('redis://', 'redis://service:secret@');
  };
  const NEEDED = ['~ticketd:*', '+set', '+getdel', '+mget'];

  it('needs the rights INCR and PTTL besides those for tickets', async () => {
    const REDIS_URL = await urlOf(...NEEDED, '+incr', '+pttl');
    await withService({ REDIS_URL, TICKET_RATE_LIMIT: '1/300' }, async (service) => {
      expect((await requestTicket(service)).status).to.equal(200);
      expect((await requestTicket(service)).status).to.equal(429);
    });
  });

  for (const [lacking, rights] of [
    ['incr', ['+pttl']],
    ['pttl', ['+incr']],
  ] as const)
    it(`is not ready when the user lacks ${lacking.toUpperCase()}`, async () => {
      const env = { REDIS_URL: await urlOf(...NEEDED, ...rights), REDIS_STARTUP_TIMEOUT_MS: '500' };
      await withService({ ...env, TICKET_RATE_LIMIT: '1/300' }, async (service) => {
        expect((await request(service.url).get('/ready')).status).to.equal(503);
        expect((await requestTicket(service)).status).to.equal(503);
        const [logged] = service.eventsOf('redis_connect_fail');
        expect(logged).to.include({ errorCode: 'NOPERM' });
        expect(logged?.error).to.contain(`'${lacking}'`);
      });
    });

  it('needs neither right when it is off', async () => {
    await withService({ REDIS_URL: await urlOf(...NEEDED) }, async (service) => {
      expect((await requestTicket(service)).status).to.equal(200);
    });
  });
});

describe('TICKET_RATE_LIMIT with Redis Cluster', () => {
  let cluster: ClusterSetup;
  before(async () => {
    cluster = await startCluster({ replicas: 0 });
  });
  after(() => cluster.remove());

  it('is shared by all instances, for subjects on every master', async () => {
    const env = { ...cluster.env, TICKET_RATE_LIMIT: '2/300' };
    await withService(env, async (here) =>
      withService(env, async (elsewhere) => {
        for (const sub of ['alice', 'bob', 'carol', 'dave', 'eve']) {
          const asked = [here, elsewhere, here, elsewhere, here, elsewhere];
          const answers = await Promise.all(asked.map(async (one) => await requestTicket(one, token({ sub }))));
          expect(answers.map(({ status }) => status).toSorted(), sub).to.deep.equal([200, 200, 429, 429, 429, 429]);
        }
      }),
    );
  });
});
