import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { createConcurrencyLimiter, limitConcurrency } from '../../../../src/http/server/concurrency-limiter.ts';
import { ask, keepAliveAgent } from '../../../support/ask.ts';
import { type RunningListener, startListener } from '../../../support/listener.ts';
import { openConnection, type RawConnection } from '../../../support/raw-connection.ts';
import { rawRequest } from '../../../support/raw-http.ts';
import { until } from '../../../support/until.ts';

const FLOODS = 16;
const SENT_AHEAD = 2000;
const HONEST_REQUESTS = 20;

describe('HTTP admission when 16 connections pipeline 2,000 requests each', () => {
  let listener: RunningListener;
  let floods: readonly RawConnection[];
  let started: (string | undefined)[];
  let refused: (string | undefined)[];
  /** How many other requests started between the arrival and the start of each honest request. */
  let overtakenBy: number[];

  before(async () => {
    [started, refused, overtakenBy] = [[], [], []];
    const arrivals = new Map<IncomingMessage, number>();
    // The limit is one request of each connection. With one start in each turn of the event loop, all of them wait.
    const limiter = createConcurrencyLimiter({
      maxInFlight: FLOODS + 1,
      perTurn: 1,
      maxStoreCalls: 1,
      maxWaitMs: 60_000,
    });
    const admit = limitConcurrency({
      limiter,
      probeLimiter: limiter,
      answer: (request, response) => {
        if (request.url === '/honest') overtakenBy.push(started.length - (arrivals.get(request) ?? 0));
        started.push(request.url);
        setImmediate(() => response.end('{}'));
      },
      refuse: (request, response) => {
        refused.push(request.url);
        response.writeHead(503).end('{}');
      },
    });
    listener = await startListener((request, response) => {
      arrivals.set(request, started.length);
      admit(request, response);
    });
    floods = await Promise.all(Array.from({ length: FLOODS }, () => openConnection(listener.url)));
    const flood = rawRequest('GET /flood HTTP/1.1', ['Host: x']).repeat(SENT_AHEAD);
    for (const { send } of floods) await send(flood);
    await until('every flood has begun', () => started.length > FLOODS);
    const agent = keepAliveAgent();
    for (let n = 0; n < HONEST_REQUESTS; n += 1) await ask(`${listener.url}/honest`, { agent });
    agent.destroy();
  });
  after(async () => {
    for (const { destroy } of floods) destroy();
    await listener.stop(AbortSignal.timeout(60_000));
  });

  it('rejects no request, neither of the other client nor of the flood', () => {
    expect(refused).to.deep.equal([]);
  });

  it('starts at most one request of each flooding connection before a request of the other client', () => {
    expect(overtakenBy).to.have.length(HONEST_REQUESTS);
    expect(Math.max(...overtakenBy)).to.be.at.most(FLOODS);
  });

  it('serves the other client before the flood ends', () => {
    expect(started.length).to.be.below(FLOODS * SENT_AHEAD);
  });
});
