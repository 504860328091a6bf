import { expect } from 'chai';
import { ask, askTicket } from '../../support/ask.ts';
import { freePort } from '../../support/free-port.ts';
import { startRedis } from '../../support/redis.ts';
import { silentServer } from '../../support/tcp-server.ts';
import { serve } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';
import { BEYOND_TOLERANCE, endOf, type Scenario, times, USUAL } from './scenario.ts';

const redisAt = (port: number, NODE_ENV: string) => ({
  ...USUAL,
  NODE_ENV,
  REDIS_URL: `redis://127.0.0.1:${port}`,
  REDIS_STARTUP_TIMEOUT_MS: '400',
});

/** Startup scenarios, most of which fail. */
export const startScenarios: readonly Scenario[] = [
  {
    name: 'startup in production without Redis',
    play: async () => endOf(serve(redisAt(await freePort(), 'production'))),
    counted: { RedisConnectionFailures: 1, StartupFailures: 1 },
    alarms: ['ticketd-redis-connection-failures', 'ticketd-startup-failures'],
  },
  {
    name: 'startup in development before Redis',
    play: async () => {
      const port = await freePort();
      const service = serve(redisAt(port, 'development'));
      const url = await service.url();
      await times(BEYOND_TOLERANCE, async () => expect((await askTicket(url)).status).to.equal(503));
      const redis = await startRedis({ port });
      await until('a ticket', async () => (await ask(`${url}/ready`)).status === 200);
      expect((await askTicket(url)).status).to.equal(200);
      const lines = await endOf(service, 'SIGINT');
      await redis.stop();
      return lines;
    },
    counted: {
      RedisConnectionFailures: 1,
      StartupFailures: 1,
      WSTicketRedisNotReady: BEYOND_TOLERANCE,
      TicketIssueDuration: 1,
    },
    alarms: ['ticketd-redis-connection-failures', 'ticketd-startup-failures', 'ticketd-ws-ticket-redis-not-ready'],
  },
  {
    name: 'startup when the port is in use',
    play: async () => {
      const { port } = await silentServer();
      return endOf(serve({ ...USUAL, REDIS_URL: 'memory://', PORT: String(port) }));
    },
    counted: { StartupFailures: 1 },
    alarms: ['ticketd-startup-failures'],
  },
  {
    name: 'startup with an invalid configuration',
    play: () => endOf(serve({ JWT_SECRET: 'too short' })),
    counted: { StartupFailures: 1 },
    alarms: ['ticketd-startup-failures'],
  },
  {
    name: 'startup that times out',
    play: async () => {
      const { port } = await silentServer();
      return endOf(serve({ ...redisAt(port, 'production'), STARTUP_TIMEOUT_MS: '300' }));
    },
    counted: { StartupFailures: 1, RedisConnectionFailures: 1 },
    alarms: ['ticketd-redis-connection-failures', 'ticketd-startup-failures'],
  },
  {
    name: 'startup ended by a signal',
    play: async () => {
      const redis = await silentServer();
      const service = serve({ ...redisAt(redis.port, 'production'), REDIS_STARTUP_TIMEOUT_MS: '20000' });
      await until('a connection to Redis', () => redis.accepted > 0);
      return endOf(service, 'SIGTERM');
    },
    counted: {},
    alarms: [],
  },
];
