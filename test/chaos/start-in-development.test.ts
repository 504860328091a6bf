import dns from 'node:dns';
import { expect } from 'chai';
import { restore, stub } from 'sinon';
import request from 'supertest';
import { startRedis } from '../support/redis.ts';
import { expectRefusal } from '../support/refusal.ts';
import { requestTicket } from '../support/request-ticket.ts';
import { withService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { type StartupFault, type StartupFaultKind, startupFaults } from './support/startup-faults.ts';
import { record } from './support/table.ts';

const RECOVERY_MS = 3000;

type LookupCallback = (error: Error | null, addresses: dns.LookupAddress[]) => void;

/** Starts ticketd in development; it listens without Redis and becomes ready by itself once Redis is healed. */
const expectRecovery = async (
  { letter, name, errorCode }: Pick<StartupFaultKind, 'letter' | 'name' | 'errorCode'>,
  { env, heal }: StartupFault,
): Promise<void> =>
  withService({ ...env, REDIS_STARTUP_TIMEOUT_MS: '800' }, async (service) => {
    const [degraded] = service.eventsOf('redis_connect_degraded');
    expect(degraded?.errorCode).to.match(errorCode);
    expect((await request(service.url).get('/health')).status).to.equal(200);
    expect((await request(service.url).get('/ready')).status).to.equal(503);
    const refusal = await requestTicket(service);
    expectRefusal(refusal, 503, 'WS_TICKET_REDIS_NOT_READY');
    expect(refusal.headers['retry-after']).to.equal('2');
    await heal();
    const healedAt = performance.now();
    await until('ready', async () => (await request(service.url).get('/ready')).status === 200);
    const recoveredMs = performance.now() - healedAt;
    record({
      case: `25${letter}`,
      fault: `development start: ${name}, then healed`,
      bound: `listens, 503, back ≤ ${RECOVERY_MS} ms`,
      limits: { recoveredMs: RECOVERY_MS },
      recoveredMs,
      answers: `${degraded?.errorCode}`,
    });
    expect((await requestTicket(service)).status).to.equal(200);
    const redisEvents = ['redis_connect_fail', 'redis_down', 'redis_up'] as const;
    expect(redisEvents.map((event) => service.eventsOf(event).length)).to.deep.equal([1, 0, 1]);
    expect(JSON.stringify(service.events)).not.to.contain('chaos-secret');
  });

describe('startup in development', () => {
  afterEach(() => restore());

  for (const fault of startupFaults)
    it(`listens, returns 503 and recovers by itself: ${fault.name} (25${fault.letter})`, async () => {
      const begun = await fault.begin();
      try {
        await expectRecovery(fault, begun);
      } finally {
        await begun.end();
      }
    });

  it('listens, returns 503 and recovers by itself: no such host (25g)', async () => {
    const redis = await startRedis();
    // The one thing here that is not real: a name server that learns a name.
    const { lookup: realLookup } = dns;
    const lookup = stub(dns, 'lookup');
    lookup.callThrough();
    const answerTo = (name: string) => (_host: string, options: dns.LookupAllOptions, callback: LookupCallback) =>
      realLookup(name, options, callback);
    const named = lookup.withArgs('redis.tickets.internal');
    named.callsFake(answerTo('no-such-host.invalid') as never);
    const fault = { letter: 'g', name: 'no such host', errorCode: /^(ENOTFOUND|EAI_AGAIN)$/ };
    await expectRecovery(fault, {
      env: { REDIS_URL: `redis://redis.tickets.internal:${redis.port}` },
      heal: async () => named.callsFake(answerTo('localhost') as never),
      end: redis.stop,
    });
    await redis.stop();
  });
});
