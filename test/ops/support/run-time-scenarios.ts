import { expect } from 'chai';
import { ask, askTicket, TICKET_PATH } from '../../support/ask.ts';
import { seeded } from '../../support/faults/faults.ts';
import { startIdentityProvider } from '../../support/identity-provider.ts';
import { untilInFlight } from '../../support/in-flight.ts';
import { bearer } from '../../support/jwt.ts';
import { GATEWAY_KEY, issueTicket, redeem, revoke } from '../../support/redeem.ts';
import { keyOf } from '../../support/request-ticket.ts';
import { ecKey } from '../../support/signing-key.ts';
import { serve } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';
import { BEYOND_TOLERANCE, endOf, onStage, type Scenario, type Stage, times, USUAL } from './scenario.ts';

/** A ticket that is redeemed and then presented this many times more. */
const replayed = (count: number): Scenario['play'] =>
  onStage(async (stage) => {
    const ticket = await issueTicket(stage);
    expect((await redeem(stage, { ticket })).status).to.equal(200);
    await times(count, async () => expect((await redeem(stage, { ticket })).status).to.equal(403));
  });

/** Opens a feed; the promise inside has its text once ticketd ends it. */
const openFeed = async ({ internalUrl }: Stage): Promise<{ readonly text: Promise<string> }> => {
  const response = await fetch(`${internalUrl}/api/v1/auth/revocations`, { headers: bearer(GATEWAY_KEY) });
  expect(response.status).to.equal(200);
  return { text: response.text() };
};

/** Scenarios after a successful start. */
export const runTimeScenarios: readonly Scenario[] = [
  {
    name: 'normal operation with every kind of refused request, at log level debug',
    play: onStage(
      async (stage) => {
        const [one, other] = [await issueTicket(stage, { audience: 'chat' }), await issueTicket(stage)];
        expect((await redeem(stage, { ticket: one, audience: 'chat' })).status).to.equal(200);
        expect((await revoke(stage)).status).to.equal(204);
        expect((await redeem(stage, { ticket: other })).status).to.equal(403);
        const elsewhere = await issueTicket(stage, { audience: 'chat' });
        expect((await redeem(stage, { ticket: elsewhere, audience: 'news' })).status).to.equal(403);
        expect((await redeem(stage, { ticket: 'wst_malformed' })).status).to.equal(403);
        for (const path of ['/nowhere', '/health', '/ready', '/api/v1/auth/ws-ticket']) await ask(stage.url + path);
      },
      { LOG_LEVEL: 'debug' },
    ),
    counted: { TicketIssueDuration: 3 },
    alarms: [],
  },
  {
    name: 'a used ticket presented once more',
    play: replayed(1),
    counted: { TicketIssueDuration: 1, ReplayedTickets: 1 },
    alarms: [],
  },
  {
    name: 'a used ticket presented repeatedly',
    play: replayed(BEYOND_TOLERANCE),
    counted: { TicketIssueDuration: 1, ReplayedTickets: BEYOND_TOLERANCE },
    alarms: ['ticketd-replayed-tickets'],
  },
  {
    name: 'Redis lost at run time and back again',
    play: onStage(async ({ service, redis, url }) => {
      expect((await askTicket(url)).status).to.equal(200);
      await redis.stop();
      await service.line('redis_connect_fail');
      expect((await askTicket(url)).status).to.equal(503);
      expect((await ask(`${url}/ready`)).status).to.equal(503);
      await redis.start();
      await service.line('redis_up');
      expect((await askTicket(url)).status).to.equal(200);
    }),
    counted: { RedisConnectionFailures: 1, WSTicketRedisNotReady: 1, TicketIssueDuration: 2 },
    alarms: ['ticketd-redis-connection-failures'],
  },
  {
    name: 'a Redis user without the right to read and write streams, for a while',
    play: onStage(async (stage) => {
      const { service, redis } = stage;
      const feed = await openFeed(stage);
      expect((await revoke(stage)).status).to.equal(204);
      await redis.cli('ACL', 'SETUSER', 'default', '-@stream');
      expect((await revoke(stage)).status).to.equal(503);
      await issueTicket(stage);
      expect(await feed.text).to.contain('event: revoked');
      await redis.cli('ACL', 'SETUSER', 'default', '+@stream');
      await service.line('revocation_reader_up');
      expect((await revoke(stage)).status).to.equal(204);
    }),
    counted: { RevocationReaderDown: 1, WSTicketRedisNotReady: 1, TicketIssueDuration: 1 },
    alarms: ['ticketd-late-revocations'],
  },
  {
    name: 'a redeem that times out in Redis',
    play: onStage(
      async (stage) => {
        const ticket = await issueTicket(stage);
        await stage.redis.pause();
        expect((await redeem(stage, { ticket })).body.errorCode).to.equal('WS_TICKET_OUTCOME_UNKNOWN');
        await stage.redis.resume();
      },
      { REDIS_COMMAND_TIMEOUT_MS: '300' },
    ),
    counted: { TicketIssueDuration: 1 },
    alarms: [],
  },
  {
    name: 'a shutdown forced at its deadline',
    play: onStage(
      async ({ service, redis }) => {
        await redis.pause();
        askTicket(await service.url()).catch(() => {});
        await untilInFlight(service);
      },
      // Shorter than it takes to notice that Redis hangs.
      { SHUTDOWN_TIMEOUT_MS: '500', REDIS_COMMAND_TIMEOUT_MS: '20000' },
    ),
    counted: { ForcedStops: 1 },
    alarms: ['ticketd-forced-stops'],
  },
  {
    name: 'an internal error in a request',
    play: onStage(async (stage) => {
      const ticket = await issueTicket(stage);
      await stage.redis.cli('SET', keyOf(ticket), 'not what ticketd put there', 'KEEPTTL');
      expect((await redeem(stage, { ticket })).status).to.equal(500);
    }),
    counted: { TicketIssueDuration: 1, InternalErrors: 1 },
    alarms: ['ticketd-internal-errors'],
  },
  {
    name: 'an uncaught error',
    play: async () => {
      const service = serve({ ...USUAL, REDIS_URL: 'memory://', ...seeded('throw-on-signal') });
      await ask(`${await service.url()}/health`);
      return endOf(service, 'SIGUSR2');
    },
    counted: { InternalErrors: 1 },
    alarms: ['ticketd-internal-errors'],
  },
  {
    name: 'a briefly unreachable identity provider',
    play: async () => {
      const provider = await startIdentityProvider(ecKey('known'));
      const service = serve({ REDIS_URL: 'memory://', JWT_JWKS_URL: provider.url });
      const url = (await service.url()) + TICKET_PATH;
      await provider.stop();
      const headers = bearer(ecKey('unknown').sign());
      await until('a fetch that fails', async () => {
        expect((await ask(url, { method: 'POST', headers })).status).to.equal(503);
        return service.events.includes('jwks_refresh_fail');
      });
      return endOf(service, 'SIGINT');
    },
    counted: {},
    alarms: [],
  },
  {
    name: 'an untrusted proxy',
    play: onStage(
      async ({ internalUrl }) => expect((await ask(`${internalUrl}/forward-auth/nginx`)).status).to.equal(403),
      { FORWARD_AUTH_TRUSTED: '192.0.2.0/24' },
    ),
    counted: { UntrustedProxies: 1 },
    alarms: ['ticketd-untrusted-proxies'],
  },
];
