import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 50;

/** Runs one command on a connection of its own. */
export async function runRedisCommand(url, ...command) {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
  });
  // Without a listener ioredis prints what connect() rejects with anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.call(...command);
  } finally {
    client.disconnect();
  }
}

/** Whether something there answers PING as Redis does. */
export async function answers(url) {
  try {
    return (await runRedisCommand(url, 'PING')) === 'PONG';
  } catch {
    return false;
  }
}

export async function untilAnswering(url, timeoutMs) {
  const giveUpAt = performance.now() + timeoutMs;
  while (!(await answers(url))) {
    if (performance.now() > giveUpAt) throw new Error(`the Redis that was started does not answer at ${url}`);
    await sleep(RETRY_MS);
  }
}
