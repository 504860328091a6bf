import { once } from 'node:events';
import { type ClientRequest, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { REVOCATIONS_PATH } from '../../../src/protocol/paths.ts';
import { bearer } from '../../support/jwt.ts';
import type { TestRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';
import type { Keys } from '../support/keys.ts';
import { cpuSecondsOf, rssMbOf } from '../support/process-cost.ts';
import type { TicketdProcess } from '../support/ticketd.ts';

export interface FanOut {
  readonly feeds: number;
  readonly revocations: number;
  /** CPU of ticketd for each revocation sent to all feeds. */
  readonly cpuMicros: number;
  readonly rssMb: number;
}

const REVOCATIONS = 1000;
const ADD_EVERY_MS = 4;
const STREAM = 'ticketd:s1:revocations';

/** Adds revocations at a steady rate while so many feeds are open at one instance. */
export const measureFanOut = async (
  ticketd: TicketdProcess,
  redis: TestRedis,
  keys: Keys,
  feeds: number,
): Promise<FanOut> => {
  let received = 0;
  const open = async (): Promise<ClientRequest> => {
    const feed = request(ticketd.internalUrl + REVOCATIONS_PATH, {
      headers: bearer(keys.gatewayKey),
      agent: false,
    }).end();
    const [response] = await once(feed, 'response');
    response.setEncoding('latin1').on('data', (text: string) => {
      received += text.split('event: revoked').length - 1;
    });
    response.on('error', () => {});
    return feed.on('error', () => {});
  };
  const opened = await Promise.all(Array.from({ length: feeds }, open));
  const before = cpuSecondsOf(ticketd.pid);
  const client = await import('ioredis').then(({ Redis }) => new Redis(redis.url));
  for (let added = 0; added < REVOCATIONS; added += 1) {
    await client.xadd(STREAM, '*', 'k', `key-${String(added).padStart(18, '0')}`);
    await delay(ADD_EVERY_MS);
  }
  await until('all feeds have all', () => received >= feeds * REVOCATIONS);
  const cpuMicros = ((cpuSecondsOf(ticketd.pid) - before) / REVOCATIONS) * 1e6;
  const rssMb = rssMbOf(ticketd.pid);
  client.disconnect();
  for (const feed of opened) feed.destroy();
  return { feeds, revocations: REVOCATIONS, cpuMicros, rssMb };
};
