import { Router } from '@koa/router';
import { expect } from 'chai';
import request from 'supertest';
import { createApp } from '../../../src/http/app.ts';
import type { Middleware, RequestState } from '../../../src/http/middleware/context.ts';
import { addHeaders, setJson } from '../../../src/http/middleware/response.ts';
import type { Emit } from '../../../src/log/events.ts';
import { expectRefusal } from '../../support/refusal.ts';
import type { LoggedEvent } from '../../support/service.ts';

const SECRET_DETAIL = 'the password is swordfish';

describe('internal error', () => {
  let events: LoggedEvent[];

  beforeEach(() => {
    events = [];
  });

  const appWith = (handler: Middleware, corsOrigins: readonly string[] = []) => {
    const emit: Emit = (event, fields) => {
      events.push({ event, ...fields });
    };
    const router = new Router<RequestState>();
    router.get('/broken', handler);
    return createApp({ listener: 'public', routes: [router], emit, corsOrigins });
  };

  const appThatThrows = (error: unknown) =>
    appWith((ctx) => {
      ctx.set('Cache-Control', 'no-store');
      throw error;
    });

  it('returns 500 INTERNAL_ERROR without the message of the error', async () => {
    const response = await request(appThatThrows(new Error(SECRET_DETAIL))).get('/broken');
    expectRefusal(response, 500, 'INTERNAL_ERROR');
    expect(response.text).not.to.include('swordfish');
  });

  it('keeps the headers that were set before the error', async () => {
    const { headers } = await request(appThatThrows(new Error(SECRET_DETAIL))).get('/broken');
    expect(headers['cache-control']).to.equal('no-store');
  });

  it('ignores status, expose and headers of the error', async () => {
    const error = Object.assign(new Error(SECRET_DETAIL), { status: 418, expose: true, headers: { 'X-Leak': '1' } });
    const response = await request(appThatThrows(error)).get('/broken');
    expectRefusal(response, 500, 'INTERNAL_ERROR');
    expect(response.headers).not.to.have.property('x-leak');
  });

  it('logs internal_error once, with the stack and the trace id of the response', async () => {
    const { body } = await request(appThatThrows(new Error('out of order'))).get('/broken');
    const logged = events.filter(({ event }) => event === 'internal_error');
    expect(logged).to.have.length(1);
    expect(logged[0]).to.include({ traceId: body.traceId, error: 'out of order' });
    expect(logged[0]?.stack).to.be.a('string').that.includes('internal-error.test.ts');
  });

  it('returns 500 and logs the same when the response headers cannot be sent', async () => {
    const app = appWith((ctx) => {
      addHeaders(ctx, { 'X-Subject': 'two\r\nlines', 'Retry-After': '7' });
      setJson(ctx, {});
    });
    const response = await request(app).get('/broken');
    expectRefusal(response, 500, 'INTERNAL_ERROR');
    expect(response.headers).not.to.have.any.keys('x-subject', 'retry-after');
    const logged = events.filter(({ event }) => event === 'internal_error');
    expect(logged.map(({ traceId, errorCode }) => [traceId, errorCode])).to.deep.equal([
      [response.body.traceId, 'ERR_INVALID_CHAR'],
    ]);
    expect(events.find(({ event }) => event === 'request')).to.include({ status: 500, errorCode: 'INTERNAL_ERROR' });
  });

  it('is not logged when a client disconnects before the response', async () => {
    let left = () => {};
    const gone = new Promise<void>((resolve) => {
      left = resolve;
    });
    const app = appWith(async (ctx) => {
      ctx.req.socket.destroy();
      await new Promise((resolve) => ctx.res.once('close', resolve));
      setJson(ctx, {});
      setImmediate(left);
    });
    await request(app)
      .get('/broken')
      .catch(() => {});
    await gone;
    expect(events.map(({ event }) => event)).to.deep.equal(['request']);
  });

  it('returns 500 and logs the same when the thrown value is not an Error', async () => {
    for (const thrown of ['text', undefined, null, 7])
      expectRefusal(await request(appThatThrows(thrown)).get('/broken'), 500, 'INTERNAL_ERROR');
  });
});
