import { expect } from 'chai';
import { newTicket } from '../../../../src/tickets/ticket.ts';
import { type Answer, ask } from '../../../support/ask.ts';
import { askAs, authRequests, proxyNames } from '../../../support/auth-requests.ts';
import { exchange, rawRequest } from '../../../support/raw-http.ts';
import { GATEWAY_KEY, issueTicket, REDEEM_PATH } from '../../../support/redeem.ts';
import { startRedis, type TestRedis } from '../../../support/redis.ts';
import { type RunningService, startService, withService } from '../../../support/service.ts';

const refusalIn = ({ status, body: { errorCode } }: Answer) => `${status} ${errorCode}`;

describe('forward-auth access', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    const env = { FORWARD_AUTH_TRUSTED: '::1, 127.0.0.0/8', GATEWAY_KEYS: GATEWAY_KEY };
    service = await startService({ REDIS_URL: redis.url, ...env });
  });
  after(() => service.stop());

  const statusOf = async (path: string, method = 'GET') => {
    const headers = { 'X-Original-URI': `/ws?ticket=${newTicket()}` };
    return refusalIn(await ask(`${service.internalUrl}${path}`, { method, headers }));
  };

  for (const path of [
    '/forward-auth',
    '/forward-auth/',
    '/forward-auth/apache',
    '/forward-auth/@chat',
    '/forward-auth/nginx@',
    '/forward-auth/nginx/ws',
    '/forward-auth/nginx2',
    '/forward-auth/envoy',
    '/forward-auth/envoy@chat',
    '/forward-auth/envoy2/ws',
    '/forward-auth/constructor',
  ])
    it(`returns 404 for ${path}`, async () => {
      expect(await statusOf(path)).to.equal('404 NOT_FOUND');
    });

  it('returns 405 for methods other than GET and HEAD, except for envoy', async () => {
    for (const proxy of proxyNames.filter((name) => name !== 'envoy'))
      expect(await statusOf(`/forward-auth/${proxy}`, 'POST'), proxy).to.equal('405 METHOD_NOT_ALLOWED');
  });

  it('returns 404 on the public listener', async () => {
    for (const proxy of proxyNames) {
      const answer = await askAs(proxy, { internalUrl: service.url }, { uri: `/ws?ticket=${newTicket()}` });
      if (proxy !== 'haproxy') expect(refusalIn(answer), proxy).to.equal('404 NOT_FOUND');
      expect(answer.status).to.equal(404);
    }
  });

  it('returns 404 without FORWARD_AUTH_TRUSTED', async () => {
    await withService({ REDIS_URL: redis.url }, async (closed) => {
      for (const proxy of proxyNames) {
        const uri = `/ws?ticket=${await issueTicket(closed)}`;
        expect((await askAs(proxy, closed, { uri })).status, proxy).to.equal(404);
      }
      expect(closed.eventsOf('forward_auth_untrusted')).to.deep.equal([]);
    });
  });

  it('returns 403 by the address of the connection, logs it once, and does not use the ticket', async () => {
    await withService({ REDIS_URL: redis.url, FORWARD_AUTH_TRUSTED: '192.0.2.0/24' }, async (strict) => {
      const ticket = await issueTicket(strict);
      const spoofed = { 'X-Forwarded-For': '192.0.2.1', 'X-Real-IP': '192.0.2.1', Forwarded: 'for=192.0.2.1' };
      for (const proxy of proxyNames) {
        const handshake = { uri: `/ws?ticket=${ticket}`, headers: spoofed };
        const { path, headers } = authRequests[proxy](handshake);
        const answer = await ask(`${strict.internalUrl}${path}`, { headers });
        expect(refusalIn(answer), proxy).to.equal('403 FORWARD_AUTH_UNTRUSTED');
        expect(answer.headers).to.include({ 'cache-control': 'no-store' });
      }
      const [logged, ...more] = strict.eventsOf('forward_auth_untrusted');
      expect(logged).to.include({ peer: '127.0.0.1' });
      expect(more).to.deep.equal([]);
      expect((await askAs('nginx', service, { uri: `/ws?ticket=${ticket}` })).status).to.equal(200);
    });
  });

  it('accepts an IPv4 proxy on a dual-stack listener', async () => {
    const env = { FORWARD_AUTH_TRUSTED: '127.0.0.1', INTERNAL_HOST: '::' };
    await withService({ REDIS_URL: redis.url, ...env }, async (both) => {
      const uri = `/ws?ticket=${await issueTicket(both)}`;
      expect((await askAs('traefik', both, { uri })).status).to.equal(200);
    });
  });

  it('answers an Upgrade request as an ordinary request', async () => {
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: eA==',
    ];
    const answers = await Promise.all(
      [
        'GET /forward-auth/caddy',
        'GET /forward-auth/envoy/ws?ticket=x',
        'GET /health',
        `POST ${REDEEM_PATH}`,
        'GET /nowhere',
      ].map((line) =>
        exchange(service.internalUrl, rawRequest(`${line} HTTP/1.1`, ['Host: x', ...upgrade]), { end: true }),
      ),
    );
    expect(answers.map(([answer]) => answer?.status)).to.deep.equal([401, 403, 200, 401, 404]);
    const uri = `/ws?ticket=${await issueTicket(service)}`;
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'eA==' };
    expect((await askAs('caddy', service, { uri, headers })).status).to.equal(200);
  });
});

describe('forward-auth when Redis is down', () => {
  let redis: TestRedis;
  let service: RunningService;

  before(async () => {
    redis = await startRedis();
    service = await startService({ REDIS_URL: redis.url, FORWARD_AUTH_TRUSTED: '127.0.0.1' });
    await redis.stop();
  });
  after(() => service.stop());

  for (const proxy of proxyNames)
    it(`returns 503 with Retry-After to ${proxy}, and logs it once`, async () => {
      const before = service.eventsOf('ws_ticket_redis_not_ready').length;
      const { status, headers } = await askAs(proxy, service, { uri: `/ws?ticket=${newTicket()}` });
      expect(status).to.equal(503);
      expect(headers).to.include({ 'retry-after': '2', 'cache-control': 'no-store' });
      expect(service.eventsOf('ws_ticket_redis_not_ready')).to.have.length(before + 1);
    });

  it('returns 401 without a ticket and 403 for a malformed one', async () => {
    expect(refusalIn(await askAs('nginx', service, { uri: '/ws' }))).to.equal('401 WS_TICKET_MISSING');
    expect(refusalIn(await askAs('nginx', service, { uri: '/ws?ticket=x' }))).to.equal('403 WS_TICKET_NOT_REDEEMABLE');
  });
});
