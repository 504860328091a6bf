import { readSections } from '../../../src/config/read-config.ts';
import { createRedisConnection } from '../../../src/redis/connection.ts';
import { createRedisStore } from '../../../src/redis/ticket-store.ts';
import { createIssuer } from '../../../src/tickets/issue.ts';

export interface TicketFiller {
  /** Puts that many more tickets there, each of a subject of its own. */
  fill(tickets: number): Promise<void>;
  close(): Promise<void>;
}

const IN_FLIGHT = 64;
const TTL_SECONDS = 3600;

/** Issues tickets as the service does, without its HTTP, to live for an hour. */
export const createFiller = async (redisUrl: string): Promise<TicketFiller> => {
  const { redis } = await readSections(['redis'], { REDIS_URL: redisUrl });
  if (redis.target.kind !== 'server') throw new Error('a Redis server is needed');
  const connection = createRedisConnection({ target: redis.target, redis, emit: () => {} });
  await connection.start(new AbortController().signal);
  const store = createRedisStore({ connection, keyPrefix: redis.keyPrefix });
  const issue = createIssuer({ store, ttlSeconds: TTL_SECONDS });
  const issueOne = (number: number) =>
    issue(
      {
        issuer: undefined,
        subject: `user-${number}`,
        sessionId: crypto.randomUUID(),
        expiresAt: Date.now() + 2 * TTL_SECONDS * 1000,
      },
      { audience: 'chat', channel: undefined, origin: 'https://app.example.com', traceId: 'f'.repeat(32) },
    );
  return {
    fill: async (tickets) => {
      const numbers = Array(tickets).keys();
      const work = async () => {
        for (const number of numbers) await issueOne(number);
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, work));
    },
    close: connection.close,
  };
};
