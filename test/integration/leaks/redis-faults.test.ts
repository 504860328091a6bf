import { expect } from 'chai';
import request from 'supertest';
import { newTicket } from '../../../src/tickets/ticket.ts';
import { type FaultProxy, startFaultProxy } from '../../chaos/support/fault-proxy.ts';
import { ask, TICKET_PATH } from '../../support/ask.ts';
import { fakeRedis } from '../../support/fake-redis.ts';
import { type Canaries, createCanaries } from '../../support/leaks/canaries.ts';
import { get, post, type Rows } from '../../support/leaks/rows.ts';
import { letIn, startSecretRedis, urlTo } from '../../support/leaks/secret-redis.ts';
import { type LeakWatch, watchForLeaks } from '../../support/leaks/watch.ts';
import type { TestRedis } from '../../support/redis.ts';
import { closeServers, tcpServer } from '../../support/tcp-server.ts';
import { endAll, serve, type Ticketd, ticketd } from '../../support/ticketd.ts';
import { until } from '../../support/until.ts';

describe('secrets in output when Redis fails', () => {
  let canaries: Canaries;
  let watch: LeakWatch;
  let redis: TestRedis | undefined;
  let proxy: FaultProxy | undefined;

  beforeEach(() => {
    canaries = createCanaries();
    watch = watchForLeaks(canaries);
  });
  afterEach(async () => {
    await endAll();
    await proxy?.close();
    await closeServers();
    await redis?.stop();
  });

  const environment = (port: number) => ({
    ...canaries.env,
    REDIS_URL: urlTo(port, canaries),
    REDIS_STARTUP_TIMEOUT_MS: '700',
    FORWARD_AUTH_TRUSTED: '127.0.0.1',
  });

  const expectNoLeaks = (): void => {
    expect(watch.leaks()).to.deep.equal([]);
  };

  /** Requests that need Redis, with a ticket each, and how they end. */
  const rows = (status: number, tickets: readonly string[]): Rows => ({
    'a ticket': { listener: 'public', status, bytes: ({ jwt }) => post(TICKET_PATH, `Bearer ${jwt}`) },
    'a revocation': { listener: 'public', status, bytes: ({ jwt }) => post(`${TICKET_PATH}/revoke`, `Bearer ${jwt}`) },
    'a redeem': {
      listener: 'internal',
      status,
      bytes: () => post(`${TICKET_PATH}/redeem`, `Bearer ${canaries.gatewayKeys[0]}`, { ticket: tickets[0] }),
    },
    'a handshake': {
      listener: 'internal',
      status,
      bytes: () => get('/forward-auth/nginx', [`X-Original-URI: /ws?ticket=${tickets[1]}`]),
    },
  });

  const untilReady = async (service: Ticketd, status: number): Promise<void> => {
    const url = `${await service.url()}/ready`;
    await until(`/ready to be ${status}`, async () => (await ask(url)).status === status);
  };

  const running = async (port: number): Promise<{ readonly service: Ticketd; readonly tickets: readonly string[] }> => {
    const service = serve(environment(port));
    await untilReady(service, 200);
    return { service, tickets: [await watch.ticket(service), await watch.ticket(service)] };
  };

  const end = async (service: Ticketd): Promise<void> => {
    watch.hear('the metrics', (await request(await service.url('internal')).get('/metrics')).text);
    watch.hearProcess('the service', service);
    service.process.kill('SIGTERM');
    await service.exit;
    watch.hearProcess('the service', service);
    expectNoLeaks();
  };

  const refusals: Readonly<Record<string, (redis: TestRedis) => Promise<unknown>>> = {
    'is down': ({ stop }) => stop(),
    'rejects the user (WRONGPASS)': async ({ cli }) => {
      await cli('ACL', 'SETUSER', 'ticketd', 'resetpass', '>another');
      await cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    },
    'no longer grants the user any right (NOPERM)': ({ cli }) => cli('ACL', 'SETUSER', 'ticketd', '-@all', '+auth'),
    'has become a replica (READONLY)': ({ cli }) => cli('REPLICAOF', '127.0.0.1', '1'),
    'has no memory left (OOM)': ({ cli }) => cli('CONFIG', 'SET', 'maxmemory', '1'),
  };
  for (const [what, fail] of Object.entries(refusals))
    it(`do not appear when Redis ${what}`, async () => {
      redis = await startSecretRedis(canaries);
      const { service, tickets } = await running(redis.port);
      await fail(redis);
      await untilReady(service, 503);
      await watch.sendAll(service, rows(503, tickets));
      expect(service.linesOf('ws_ticket_redis_not_ready')).to.have.lengthOf(4);
      expect(service.linesOf('redis_connect_fail')).to.have.lengthOf.above(0);
      await end(service);
    });

  it('do not appear when the Redis reply to a redeem is lost', async () => {
    redis = await startSecretRedis(canaries);
    proxy = await startFaultProxy(redis);
    const { service, tickets } = await running(proxy.port);
    proxy.loseNextReplyTo('KEEPTTL');
    const [name, row] = Object.entries(rows(503, tickets))[2] ?? [];
    if (name === undefined || row === undefined) throw new Error('there is no such row');
    await watch.sendAll(service, { [name]: row });
    expect(service.linesOf('ws_ticket_outcome_unknown')).to.have.lengthOf(1);
    await end(service);
  });

  const starts: Readonly<Record<string, () => Promise<number>>> = {
    'Redis rejects the password': async () => {
      redis = await startSecretRedis(canaries);
      await letIn(redis, 'another password');
      return redis.port;
    },
    'Redis has no AUTH and repeats its arguments': async () => {
      redis = await startSecretRedis(canaries, ['--rename-command', 'AUTH', '']);
      return redis.port;
    },
    'Redis repeats every command in an error': async () => {
      const { port } = await tcpServer((socket) => {
        socket.on('data', (text) => socket.write(`-ERR ${String(text).replaceAll('\r\n', ' ')}\r\n`));
      });
      return port;
    },
    'Redis is loading its data': async () => (await fakeRedis(() => '-LOADING it is loading\r\n')).port,
    'nothing listens': async () => 1,
  };
  for (const [what, start] of Object.entries(starts)) {
    it(`do not appear at startup in production when ${what}`, async () => {
      const service = serve({ ...environment(await start()), NODE_ENV: 'production' });
      expect((await service.exit).code).to.equal(1);
      expect(service.events).to.include('redis_connect_fatal');
      watch.hearProcess('the service', service);
      expectNoLeaks();
    });

    it(`do not appear at startup in development when ${what}`, async () => {
      const service = serve(environment(await start()));
      await service.line('redis_connect_degraded');
      await watch.sendAll(service, rows(503, [newTicket(), newTicket()]));
      await end(service);
    });

    it(`do not appear in the output of check-redis when ${what}`, async () => {
      const env = environment(await start());
      for (const args of [[], ['--json'], ['--wait', '1']]) {
        const check = ticketd(['check-redis', ...args], env);
        expect((await check.exit).code).to.be.oneOf([1, 2, 124]);
        watch.hearProcess(`check-redis ${args.join(' ')}`, check);
      }
      expectNoLeaks();
    });
  }
});
