import { expect } from 'chai';
import request from 'supertest';
import { type Monitor, openMonitor } from '../../chaos/support/monitor.ts';
import { TICKET_PATH } from '../../support/ask.ts';
import { type Canaries, createCanaries } from '../../support/leaks/canaries.ts';
import { internalRows } from '../../support/leaks/internal-rows.ts';
import { publicRows } from '../../support/leaks/public-rows.ts';
import { get, post, type Rows } from '../../support/leaks/rows.ts';
import { startSecretRedis, urlTo } from '../../support/leaks/secret-redis.ts';
import { type LeakWatch, watchForLeaks } from '../../support/leaks/watch.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import type { TestRedis } from '../../support/redis.ts';
import { endAll, serve, type Ticketd } from '../../support/ticketd.ts';

const contentsOf = (key: string): readonly string[] =>
  key.endsWith(':s1:revocations') ? ['XRANGE', key, '-', '+'] : ['GET', key];

describe('secrets in responses, logs, metrics and Redis', () => {
  let canaries: Canaries;
  let watch: LeakWatch;
  let redis: TestRedis;
  let monitor: Monitor;

  beforeEach(async () => {
    canaries = createCanaries();
    watch = watchForLeaks(canaries);
    redis = await startSecretRedis(canaries);
    monitor = await openMonitor(redis);
  });
  afterEach(async () => {
    monitor.close();
    await endAll();
    await redis.stop();
  });

  const start = (env: Readonly<Record<string, string>> = {}): Ticketd =>
    serve({
      ...canaries.env,
      REDIS_URL: urlTo(redis.port, canaries),
      CORS_ORIGINS: 'https://app.example',
      FORWARD_AUTH_TRUSTED: '127.0.0.1',
      TRUSTED_PROXIES: '127.0.0.1',
      ...env,
    });

  const hearRedis = async (): Promise<void> => {
    watch.hear('the Redis commands', monitor.commands().flat().join('\n'));
    const keys = (await redis.cli('KEYS', '*')).split('\n');
    watch.hear("Redis' keys", keys.join('\n'));
    for (const key of keys) watch.hear("Redis' contents", await redis.cli(...contentsOf(key)));
  };

  /** Ends the service and searches everything recorded for secrets. */
  const expectNoLeaks = async (service: Ticketd): Promise<void> => {
    watch.hear('the metrics', (await request(await service.url('internal')).get('/metrics')).text);
    watch.hearProcess('the service', service);
    service.process.kill('SIGTERM');
    expect((await service.exit).code).to.equal(0);
    watch.hearProcess('the service', service);
    await hearRedis();
    expect(watch.leaks()).to.deep.equal([]);
  };

  it('do not appear for any request to the public listener', async () => {
    const service = start();
    await watch.sendAll(service, publicRows(canaries));
    expect(service.events).to.include.members(['ws_ticket_issued', 'ws_ticket_revoked', 'request']);
    await expectNoLeaks(service);
  });

  it('do not appear for any request to the internal listener', async () => {
    const service = start();
    await watch.sendAll(service, internalRows);
    expect(service.events).to.include.members(['ws_ticket_redeemed', 'ws_ticket_rejected']);
    expect(monitor.commands('SET')).to.have.lengthOf.above(Object.keys(internalRows).length);
    await expectNoLeaks(service);
  });

  it('do not appear when a used or a revoked ticket is redeemed', async () => {
    const service = start();
    const [used, revoked] = [await watch.ticket(service), await watch.ticket(service)];
    const redeem = (ticket: string, status: number): Rows[string] => ({
      listener: 'internal',
      status,
      bytes: () => post(`${TICKET_PATH}/redeem`, `Bearer ${canaries.gatewayKeys[0]}`, { ticket }),
    });
    await watch.sendAll(service, {
      'a redeem': redeem(used, 200),
      'a replay': redeem(used, 403),
      'a revocation': {
        listener: 'public',
        status: 204,
        bytes: ({ jwt }) => post(`${TICKET_PATH}/revoke`, `Bearer ${jwt}`),
      },
      'a redeem after it': redeem(revoked, 403),
    });
    const reasons = service.linesOf('ws_ticket_rejected').map(({ reason }) => reason);
    expect(reasons).to.deep.equal(['used', 'revoked']);
    await expectNoLeaks(service);
  });

  it('do not appear in a 429, nor for forward-auth from an untrusted address', async () => {
    const service = start({ TICKET_RATE_LIMIT: '1/60', FORWARD_AUTH_TRUSTED: '192.0.2.1' });
    const ticket = await watch.ticket(service);
    await watch.sendAll(service, {
      'one ticket too many': {
        listener: 'public',
        status: 429,
        bytes: ({ jwt }) => post(TICKET_PATH, `Bearer ${jwt}`),
      },
      'forward-auth from elsewhere': {
        listener: 'internal',
        status: 403,
        bytes: () => get('/forward-auth/nginx', [`X-Original-URI: /ws?ticket=${ticket}`]),
      },
    });
    await expectNoLeaks(service);
  });

  it('do not appear without gateway keys and trusted proxies', async () => {
    const { GATEWAY_KEYS: _, ...env } = canaries.env;
    const service = serve({ ...env, REDIS_URL: urlTo(redis.port, canaries) });
    const ticket = await watch.ticket(service);
    await watch.sendAll(service, {
      'a redeem': {
        listener: 'internal',
        status: 404,
        bytes: () => post(`${TICKET_PATH}/redeem`, `Bearer ${GATEWAY_KEY}`, { ticket }),
      },
      'a handshake': {
        listener: 'internal',
        status: 404,
        bytes: () => get(`/forward-auth/envoy/ws?ticket=${ticket}`),
      },
    });
    await expectNoLeaks(service);
  });
});
