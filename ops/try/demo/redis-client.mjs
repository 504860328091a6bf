import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 50;

/** Runs one command on a new connection. */
export async function runRedisCommand(url, ...command) {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
  });
  // Without a listener ioredis also prints the error that connect() rejects with.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.call(...command);
  } finally {
    client.disconnect();
  }
}

/** The names of all keys that match the pattern. */
export async function findKeys(url, pattern) {
  const found = [];
  let cursor = '0';
  do {
    const [next, keys] = await runRedisCommand(url, 'SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000');
    found.push(...keys);
    cursor = next;
  } while (cursor !== '0');
  return found;
}

/** Whether a Redis answers PING at the URL. */
export async function answers(url) {
  try {
    return (await runRedisCommand(url, 'PING')) === 'PONG';
  } catch {
    return false;
  }
}

export async function untilAnswering(url, timeoutMs) {
  const deadline = performance.now() + timeoutMs;
  while (!(await answers(url))) {
    if (performance.now() > deadline) throw new Error(`the Redis that the demo started does not answer at ${url}`);
    await sleep(RETRY_MS);
  }
}
