import { TICKET_PATH } from '../../support/ask.ts';
import { bearer } from '../../support/jwt.ts';
import { createPost } from '../../support/pooled-post.ts';
import type { TestRedis } from '../../support/redis.ts';
import type { Keys } from '../support/keys.ts';
import { redisCommands } from '../support/redis-info.ts';
import type { TicketdProcess } from '../support/ticketd.ts';
import { userOf } from './contender.ts';

/** Commands in Redis for one request. */
export interface Commands {
  readonly issue: number;
  readonly redeem: number;
}

const TICKETS = 2000;

/** Of tickets of users without a revocation. Heartbeats and the reader are counted, too: a few among thousands. */
export const countCommands = async (ticketd: TicketdProcess, redis: TestRedis, keys: Keys): Promise<Commands> => {
  const post = createPost(64);
  const jwts = Array.from({ length: TICKETS }, (_, number) => userOf(-1 - number, keys).jwt);
  const counted = async <T>(work: () => Promise<T>) => {
    const before = await redisCommands(redis);
    const done = await work();
    return { done, commands: ((await redisCommands(redis)) - before) / TICKETS };
  };
  const issue = async (jwt: string): Promise<string> => {
    const answer = await post(ticketd.url + TICKET_PATH, bearer(jwt));
    return ((await answer.json()) as { readonly ticket: string }).ticket;
  };
  const issued = await counted(() => Promise.all(jwts.map(issue)));
  const headers = { ...bearer(keys.gatewayKey), 'Content-Type': 'application/json' };
  const redeem = async (ticket: string) => {
    const { status } = await post(ticketd.redeemUrl, headers, JSON.stringify({ ticket }));
    if (status !== 200) throw new Error(`not redeemed: ${status}`);
  };
  const redeemed = await counted(() => Promise.all(issued.done.map(redeem)));
  return { issue: issued.commands, redeem: redeemed.commands };
};
