import { Router } from '@koa/router';
import { expect } from 'chai';
import request from 'supertest';
import { createApp } from '../../../src/http/app.ts';
import type { RequestState } from '../../../src/http/context.ts';
import type { Emit } from '../../../src/log/events.ts';
import { expectRefusal } from '../../support/refusal.ts';
import type { ToldEvent } from '../../support/service.ts';

const SECRET_DETAIL = 'the password is swordfish';

describe('an error of our own', () => {
  let events: ToldEvent[];

  beforeEach(() => {
    events = [];
  });

  const appThatThrows = (error: unknown) => {
    const emit: Emit = (event, fields) => {
      events.push({ event, ...fields });
    };
    const router = new Router<RequestState>();
    router.get('/broken', (ctx) => {
      ctx.set('Cache-Control', 'no-store');
      throw error;
    });
    return createApp({ listener: 'public', routes: [router], emit }).callback();
  };

  it('is answered 500 INTERNAL_ERROR with nothing of what it says', async () => {
    const response = await request(appThatThrows(new Error(SECRET_DETAIL))).get('/broken');
    expectRefusal(response, 500, 'INTERNAL_ERROR');
    expect(response.text).not.to.include('swordfish');
  });

  it('keeps the headers that were set before it', async () => {
    const { headers } = await request(appThatThrows(new Error(SECRET_DETAIL))).get('/broken');
    expect(headers['cache-control']).to.equal('no-store');
  });

  it('does not choose its own status or expose itself, as HTTP errors of Koa would', async () => {
    const error = Object.assign(new Error(SECRET_DETAIL), { status: 418, expose: true, headers: { 'X-Leak': '1' } });
    const response = await request(appThatThrows(error)).get('/broken');
    expectRefusal(response, 500, 'INTERNAL_ERROR');
    expect(response.headers).not.to.have.property('x-leak');
  });

  it('is told once, with its stack, under the trace id of the answer', async () => {
    const { body } = await request(appThatThrows(new Error('out of order'))).get('/broken');
    const told = events.filter(({ event }) => event === 'internal_error');
    expect(told).to.have.length(1);
    expect(told[0]).to.include({ traceId: body.traceId, error: 'out of order' });
    expect(told[0]?.stack).to.be.a('string').that.includes('internal-error.test.ts');
  });

  it('is answered the same where what was thrown is no error', async () => {
    for (const thrown of ['text', undefined, null, 7])
      expectRefusal(await request(appThatThrows(thrown)).get('/broken'), 500, 'INTERNAL_ERROR');
  });
});
