import { expect } from 'chai';
import { ask, askTicket, TICKET_PATH } from '../../support/ask.ts';
import { startIdentityProvider } from '../../support/identity-provider.ts';
import { bearer } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket, redeem, revoke } from '../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { keyOf } from '../../support/request-ticket.ts';
import { type RunningService, withService } from '../../support/service.ts';
import { ecKey } from '../../support/signing-key.ts';
import { until } from '../../support/until.ts';
import { scrape } from '../support/prometheus/eventful-life.ts';
import { type Stretch, unmet } from '../support/prometheus/timeline.ts';
import { BEYOND_TOLERANCE, times } from '../support/scenario.ts';

const A_MINUTE = 4;
const FIVE_MINUTES = 20;

/** Five minutes of the first scrape, then five of the second. */
const halfEach = (before: string, after: string | undefined): readonly Stretch[] => [
  { scrapes: FIVE_MINUTES, text: before },
  { scrapes: FIVE_MINUTES, text: after },
];

/** Whether these alerts fire when the first scrape changes to the second, and not before. */
const alertsAfter = ([before, after]: readonly [string, string], alerts: readonly string[]): Promise<string> =>
  unmet(halfEach(before, after), [
    { scrape: 19, alerts: [] },
    { scrape: 22, alerts },
  ]);

describe('Prometheus alerts on metrics of a running ticketd', () => {
  let redis: TestRedis;
  before(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.start());
  after(() => redis.stop());

  /** The scrapes before and after the event. */
  const around = (
    happen: (service: RunningService) => Promise<unknown>,
    env: Record<string, string | undefined> = {},
  ) =>
    withService({ REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY, ...env }, async (service) => {
      const before = await scrape(service);
      await happen(service);
      return [before, await scrape(service)] as const;
    });

  const lost = async (service: RunningService) => {
    await redis.stop();
    await until('Redis is missed', () => service.eventsOf('redis_down')[0]);
  };

  const replay = async (service: RunningService, attempts: number) => {
    const ticket = await issueTicket(service);
    expect((await redeem(service, { ticket })).status).to.equal(200);
    await times(attempts, async () => expect((await redeem(service, { ticket })).status).to.equal(403));
  };

  it('stay silent in normal operation', async () => {
    const [before, after] = await around((service) => replay(service, 1));
    const silence = [0, 19, 20, 39].map((scrape) => ({ scrape, alerts: [] }));
    expect(await unmet(halfEach(before, after), silence)).to.equal('');
  });

  it('report a lost Redis immediately, and no ready instance after two minutes', async () => {
    const [before, after] = await around(lost);
    expect(
      await unmet(halfEach(before, after), [
        { scrape: 19, alerts: [] },
        { scrape: 20, alerts: ['TicketdRedisConnectionFailures'] },
        { scrape: 29, alerts: ['TicketdRedisConnectionFailures', 'TicketdUnhealthyTargets'] },
      ]),
    ).to.equal('');
  });

  it('report an outage between two scrapes for five minutes', async () => {
    const [before, after] = await around(async (service) => {
      await lost(service);
      await redis.start();
      await until('Redis is back', () => service.eventsOf('redis_up')[0]);
    });
    const outage = [
      { scrapes: FIVE_MINUTES, text: before },
      { scrapes: 2 * FIVE_MINUTES, text: after },
    ];
    expect(
      await unmet(outage, [
        { scrape: 21, alerts: ['TicketdRedisConnectionFailures'] },
        { scrape: 45, alerts: [] },
      ]),
    ).to.equal('');
  });

  it('report more than ten tickets refused because Redis is not ready', async () => {
    const [few, many] = await withService({ REDIS_URL: redis.url }, async (service) => {
      await lost(service);
      await times(3, async () => expect((await askTicket(service.url)).status).to.equal(503));
      const few = await scrape(service);
      await times(BEYOND_TOLERANCE, () => askTicket(service.url));
      return [few, await scrape(service)] as const;
    });
    const on = ['TicketdRedisConnectionFailures', 'TicketdUnhealthyTargets'];
    expect(
      await unmet(halfEach(few, many), [
        { scrape: 19, alerts: on },
        { scrape: 21, alerts: [...on, 'TicketdWsTicketRedisNotReady'] },
        { scrape: 21 + A_MINUTE, alerts: on },
      ]),
    ).to.equal('');
  });

  it('report a revocation that ticketd refuses', async () => {
    const scrapes = await around(async (service) => {
      await lost(service);
      expect((await revoke(service)).status).to.equal(503);
    });
    expect(await alertsAfter(scrapes, ['TicketdRedisConnectionFailures', 'TicketdLateRevocations'])).to.equal('');
  });

  it('report used tickets that are presented repeatedly', async () => {
    const [before, after] = await withService({ REDIS_URL: redis.url, GATEWAY_KEYS: GATEWAY_KEY }, async (service) => {
      await replay(service, 1);
      const before = await scrape(service);
      await replay(service, BEYOND_TOLERANCE);
      return [before, await scrape(service)] as const;
    });
    expect(await alertsAfter([before, after], ['TicketdReplayedTickets'])).to.equal('');
  });

  it('report an internal error', async () => {
    const scrapes = await around(async (service) => {
      const ticket = await issueTicket(service);
      await redis.cli('SET', keyOf(ticket), 'not a ticket record', 'KEEPTTL');
      expect((await redeem(service, { ticket })).status).to.equal(500);
    });
    expect(await alertsAfter(scrapes, ['TicketdInternalErrors'])).to.equal('');
  });

  it('report an untrusted proxy', async () => {
    const scrapes = await around(
      async ({ internalUrl }) => expect((await ask(`${internalUrl}/forward-auth/nginx`)).status).to.equal(403),
      { FORWARD_AUTH_TRUSTED: '192.0.2.0/24' },
    );
    expect(await alertsAfter(scrapes, ['TicketdUntrustedProxies'])).to.equal('');
  });

  it('report after five minutes that keys cannot be fetched', async () => {
    const provider = await startIdentityProvider(ecKey('known'));
    const [before, after] = await around(
      async (service) => {
        await provider.stop();
        const headers = bearer(ecKey('unknown').sign());
        await until('a fetch that fails', async () => {
          await ask(service.url + TICKET_PATH, { method: 'POST', headers });
          return service.eventsOf('jwks_refresh_fail')[0];
        });
      },
      { JWT_SECRET: undefined, JWT_JWKS_URL: provider.url },
    );
    const outage = [
      { scrapes: FIVE_MINUTES, text: before },
      { scrapes: 2 * FIVE_MINUTES, text: after },
    ];
    expect(
      await unmet(outage, [
        { scrape: 38, alerts: [] },
        { scrape: 41, alerts: ['TicketdStaleJwtKeys'] },
      ]),
    ).to.equal('');
  });

  it('report after two minutes that an instance does not respond', async () => {
    const [before] = await around(async () => undefined);
    expect(
      await unmet(halfEach(before, undefined), [
        { scrape: 26, alerts: [] },
        { scrape: 29, alerts: ['TicketdInstanceDown', 'TicketdUnhealthyTargets'] },
      ]),
    ).to.equal('');
  });

  it('fail the check when an expected alert is missing or an unexpected one fires', async () => {
    const [before, after] = await around(lost);
    const found = await alertsAfter([before, after], []);
    expect(found).to.contain('TicketdRedisConnectionFailures');
    expect(await alertsAfter([before, before], ['TicketdInternalErrors'])).to.contain('TicketdInternalErrors');
  });
});
