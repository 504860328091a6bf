import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { Router } from '@koa/router';
import { expect } from 'chai';
import { createApp } from '../../../src/http/app.ts';
import type { RequestState } from '../../../src/http/middleware/context.ts';
import { setJson } from '../../../src/http/middleware/response.ts';
import { createListener, type Listener } from '../../../src/http/server/listener.ts';
import { recordEvents } from '../../support/emitted.ts';
import { until } from '../../support/until.ts';

describe('client that resets its connection while its request is in progress', () => {
  let events: ReturnType<typeof recordEvents>;
  let work: EventEmitter;
  let listener: Listener;
  let port: number;
  beforeEach(async () => {
    events = recordEvents();
    work = new EventEmitter();
    const { emit, emitted } = events;
    const router = new Router<RequestState>();
    router.post('/slow', async (ctx) => {
      await once(work, 'done');
      setJson(ctx, { done: true });
    });
    const handler = createApp({ listener: 'public', routes: [router], emit });
    listener = createListener({ name: 'public', host: '127.0.0.1', port: 0, keepAliveMs: 75_000, handler, emit });
    await listener.start();
    port = Number(emitted.find(({ event }) => event === 'server_listening')?.fields.port);
  });
  afterEach(() => listener.stop(AbortSignal.timeout(5000)));

  it('is logged as one request, not as an internal error', async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    await until('the request is in progress', () => work.listenerCount('done') === 1);
    socket.resetAndDestroy();
    const logged = () => events.emitted.map(({ event }) => event);
    await until('the request is logged', () => logged().includes('request'));
    work.emit('done');
    await until('no request is in progress', () => listener.inFlight() === 0);
    expect(logged()).to.deep.equal(['server_listening', 'request']);
  });
});
