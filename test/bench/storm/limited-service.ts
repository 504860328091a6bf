import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createConcurrencyLimiter, limitConcurrency } from '../../../src/http/server/concurrency-limiter.ts';
import { CONCURRENCY_LIMITS, PROBE_CONCURRENCY_LIMITS } from '../../../src/http/server/limits.ts';
import { refuseOverload } from '../../../src/http/server/overload.ts';
import { createPost } from '../../support/pooled-post.ts';
import type { TaskCosts } from './simulate.ts';

export interface LimitedOptions {
  /** The service that answers. */
  readonly url: string;
  readonly costs: TaskCosts;
  readonly maxInFlight: number;
}

export interface LimitedService {
  readonly url: string;
  stop(): Promise<void>;
}

/** A timer that rings late is made up for, as far as this. */
const CATCH_UP_MS = 100;

/**
 * Runs in front of a service and makes it as slow as these costs say, whatever the machine's speed: it does one thing at a
 * time, and lets requests in, or not, through ticketd's own limiter.
 */
export const limitService = async ({ url, costs, maxInFlight }: LimitedOptions): Promise<LimitedService> => {
  const post = createPost();
  const limiter = createConcurrencyLimiter({ ...CONCURRENCY_LIMITS, maxInFlight, perTurn: 1, maxStoreCalls: 1 });
  let freeAt = 0;

  const untilFree = () => delay(freeAt - performance.now());
  const spend = (micros: number) => {
    freeAt = Math.max(freeAt, performance.now() - CATCH_UP_MS) + micros / 1000;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    await untilFree();
    const { authorization = '' } = request.headers;
    const answer = await post(url + request.url, { authorization });
    const body = await answer.text();
    spend(answer.ok ? costs.connectMicros : costs.refusedMicros);
    await untilFree();
    const retryAfter = answer.headers.get('Retry-After');
    response.writeHead(answer.status, retryAfter === null ? {} : { 'Retry-After': retryAfter }).end(body);
  };

  const answer: RequestListener = (request, response) => {
    request.resume();
    limiter.track(serve(request, response)).catch((error) => response.destroy(error));
  };
  const shed = refuseOverload({ listener: 'public', emit: () => {}, corsHeaders: () => ({}) });
  const refuse: RequestListener = async (request, response) => {
    spend(costs.shedMicros);
    await untilFree();
    shed(request, response);
  };

  const server = createServer(
    limitConcurrency({ limiter, probeLimiter: createConcurrencyLimiter(PROBE_CONCURRENCY_LIMITS), answer, refuse }),
  );
  server.listen({ port: 0, host: '127.0.0.1', backlog: maxInFlight });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
