import { EventEmitter, once } from 'node:events';
import { Router } from '@koa/router';
import { expect } from 'chai';
import request, { type Test } from 'supertest';
import { createApp } from '../../../src/http/app.ts';
import type { RequestState } from '../../../src/http/middleware/context.ts';
import { readableBy } from '../../../src/http/middleware/cors.ts';
import { setJson } from '../../../src/http/middleware/response.ts';
import { probeRoutes } from '../../../src/http/routes/probes.ts';
import { createConcurrencyLimiter, limitConcurrency } from '../../../src/http/server/concurrency-limiter.ts';
import { createListener, type Listener } from '../../../src/http/server/listener.ts';
import { refuseOverload } from '../../../src/http/server/overload.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { recordEvents } from '../../support/emitted.ts';
import { openConnection } from '../../support/raw-connection.ts';
import { expectRefusal } from '../../support/refusal.ts';
import { until } from '../../support/until.ts';

const APP = 'https://app.example';
const LIMITS = { maxInFlight: 2, perTurn: 10, maxStoreCalls: 10, maxWaitMs: 60_000 };

describe('concurrency limiter at its limit', () => {
  let listener: Listener;
  let url: string;
  let events: ReturnType<typeof recordEvents>;
  let work: EventEmitter;
  let underWay: Promise<{ readonly status: number }>[];

  beforeEach(async () => {
    events = recordEvents();
    work = new EventEmitter();
    const { emit, emitted } = events;
    const routes = [slowRoute(work), probeRoutes({ store: createMemoryStore(), isDraining: () => false, emit })];
    const app = createApp({ listener: 'public', routes, emit, corsOrigins: [APP] });
    const handler = limitConcurrency({
      limiter: createConcurrencyLimiter(LIMITS),
      probeLimiter: createConcurrencyLimiter(LIMITS),
      answer: app,
      refuse: refuseOverload({ listener: 'public', emit, corsHeaders: readableBy([APP]) }),
    });
    listener = createListener({ name: 'public', host: '127.0.0.1', port: 0, handler, emit, keepAliveMs: 75_000 });
    await listener.start();
    url = `http://127.0.0.1:${emitted.find(({ event }) => event === 'server_listening')?.fields.port}`;
    underWay = [1, 2].map(async () => await ask());
    await until('both are under way', () => work.listenerCount('done') === 2);
  });
  afterEach(async () => {
    work.emit('done');
    await listener.stop(AbortSignal.timeout(5000));
  });

  const ask = (): Test => request(url).post('/slow');

  it('returns 503 with Retry-After and the trace id of the request', async () => {
    const refusal = await ask().set('X-Request-Id', 'one-too-many');
    expectRefusal(refusal, 503, 'SERVICE_OVERLOADED');
    expect(refusal.headers).to.include({
      'retry-after': '1',
      'x-trace-id': 'one-too-many',
      'cache-control': 'no-store',
    });
    expect(refusal.body.retryAfter).to.equal(1);
  });

  it('allows only pages of a listed origin to read the 503', async () => {
    expect((await ask().set('Origin', APP)).headers).to.include({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Retry-After,WWW-Authenticate,X-Trace-Id',
      vary: 'Origin',
    });
    const { headers } = await ask().set('Origin', 'https://other.example');
    expect(headers).to.include({ vary: 'Origin' }).and.not.have.property('access-control-allow-origin');
  });

  it('logs request_shed and one request line for each refused request', async () => {
    const { body } = await ask();
    const about = { traceId: body.traceId, listener: 'public' };
    const fieldsOf = (name: string) => events.emitted.filter(({ event }) => event === name).map(({ fields }) => fields);
    expect(fieldsOf('request_shed')).to.deep.equal([about]);
    expect(fieldsOf('request')).to.have.length(1);
    expect(fieldsOf('request')[0]).to.include({
      ...about,
      method: 'POST',
      status: 503,
      errorCode: 'SERVICE_OVERLOADED',
    });
  });

  it('returns 503 for a request with a body', async () => {
    expectRefusal(await ask().send({ channel: 'news' }), 503, 'SERVICE_OVERLOADED');
  });

  it('accepts new requests after clients with pipelined requests disconnect', async () => {
    work.emit('done');
    await Promise.all(underWay);
    const connections = await Promise.all([openConnection(url), openConnection(url)]);
    for (const { send } of connections) await send('POST /slow HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10));
    await until('both are under way', () => work.listenerCount('done') === 2);
    for (const { destroy } of connections) destroy();
    await until('they are given up', () => {
      work.emit('done');
      return listener.inFlight() === 0;
    });
    const next = [1, 2].map(async () => await ask());
    await until('the next are under way', () => work.listenerCount('done') === 2);
    work.emit('done');
    expect((await Promise.all(next)).map(({ status }) => status)).to.deep.equal([200, 200]);
  });

  it('answers probes', async () => {
    for (const path of ['/health', '/ready', '/api/v1/health', '/api/v1/ready?from=balancer'])
      expect((await request(url).get(path)).status, path).to.equal(200);
  });

  it('completes the requests in flight, and then accepts new ones', async () => {
    await ask();
    work.emit('done');
    expect((await Promise.all(underWay)).map(({ status }) => status)).to.deep.equal([200, 200]);
    const next = [ask()].map(async (asked) => await asked);
    await until('it is under way', () => work.listenerCount('done') === 1);
    work.emit('done');
    expect((await Promise.all(next)).map(({ status }) => status)).to.deep.equal([200]);
  });
});

const slowRoute = (work: EventEmitter): Router<RequestState> => {
  const router = new Router<RequestState>();
  router.post('/slow', async (ctx) => {
    await once(work, 'done');
    setJson(ctx, {});
  });
  return router;
};
