import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TICKET_PATH } from '../ask.ts';
import { token } from '../jwt.ts';
import type { TestRedis } from '../redis.ts';
import type { RunningService } from '../service.ts';
import { startGateway, type TicketGateway } from '../ticket-gateway.ts';
import { until } from '../until.ts';
import { now, type RecordedRequest } from './recorded-fetch.ts';

export interface StormPlan {
  readonly kind: 'ours' | 'naive';
  readonly clients: number;
  readonly ticketUrl: string;
  readonly socketUrl: string;
  readonly token: string;
  readonly maxConnections?: number;
}

export interface Report {
  readonly requests: readonly RecordedRequest[];
  /** When each client last had a socket opened. */
  readonly openedAt: readonly number[];
}

export interface Storm extends Report {
  /** When the sockets were cut, and when Redis answered again. */
  readonly outageAt: number;
  readonly recoveredAt: number;
  /** How many handshakes bore a ticket that could not be redeemed. */
  readonly refused: number;
}

export interface StormOptions {
  readonly kind: StormPlan['kind'];
  readonly clients: number;
  readonly outageMs: number;
  readonly redis: TestRedis;
  readonly service: Pick<RunningService, 'url' | 'internalUrl' | 'eventsOf'>;
  /** Over how many all clients together ask for tickets; as many as a modest machine allows unless given. */
  readonly maxConnections?: number;
}

const CLIENTS = fileURLToPath(new URL('./clients.ts', import.meta.url));
const PATIENCE_MS = 60_000;

/** Cuts the sockets of all clients at once while Redis is down, and waits until all are back. */
export const playStorm = async (options: StormOptions): Promise<Storm> => {
  const gateway = await startGateway(options.service);
  const child = fork(CLIENTS, { execArgv: ['--import', 'tsx'] });
  try {
    return await play(options, gateway, child);
  } finally {
    child.kill('SIGKILL');
    await gateway.stop();
  }
};

const play = async (options: StormOptions, gateway: TicketGateway, child: ChildProcess): Promise<Storm> => {
  const { kind, clients, outageMs, redis, service, maxConnections } = options;
  const plan = {
    ...{ kind, clients, ticketUrl: service.url + TICKET_PATH, socketUrl: gateway.url, token: token() },
    ...(maxConnections !== undefined && { maxConnections }),
  };
  child.send(plan satisfies StormPlan);
  await once(child, 'message');
  const outages = service.eventsOf('redis_down').length;
  await redis.stop();
  await until('the outage is known', () => service.eventsOf('redis_down').length > outages);
  const outageAt = now();
  for (const socket of gateway.open) socket.terminate();
  await delay(outageMs);
  await redis.start();
  const recoveredAt = now();
  await until('all are back', () => gateway.open.size === clients, PATIENCE_MS);
  child.send('report');
  const [report] = (await once(child, 'message')) as [Report];
  return { ...report, outageAt, recoveredAt, refused: gateway.refused };
};
