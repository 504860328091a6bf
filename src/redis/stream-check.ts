import type { RedisClient } from './client.ts';
import { isReply } from './redis-errors.ts';

/** The warning for a server on which revocations cannot be stored or read; none where they can. */
export const streamWarnings = async (client: RedisClient, stream: string): Promise<readonly string[]> => {
  const tries = await Promise.all(
    Object.entries(triesOn(stream)).map(async ([name, args]) =>
      (await isRefused(client, name, args)) ? [name.toUpperCase()] : [],
    ),
  );
  const refused = tries.flat();
  if (refused.length === 0) return [];
  return [
    `Redis refuses ${refused.join(', ')}: tickets work, but every revocation gets 503 and closes no socket; allow XADD, XREAD, XRANGE and XINFO on keys with REDIS_KEY_PREFIX`,
  ];
};

// None of them creates the stream.
const triesOn = (stream: string): Readonly<Record<string, readonly string[]>> => ({
  xadd: [stream, 'NOMKSTREAM', '*', 'k', ''],
  xread: ['COUNT', '1', 'STREAMS', stream, '0-0'],
  xrange: [stream, '-', '+', 'COUNT', '1'],
  xinfo: ['STREAM', stream],
});

const isRefused = (client: RedisClient, name: string, args: readonly string[]): Promise<boolean> =>
  client.call(name, ...args).then(
    () => false,
    (error) => {
      if (!isReply(error)) throw error;
      return !/no such key/i.test(error.message);
    },
  );
