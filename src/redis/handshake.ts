import { Cluster, type Redis } from 'ioredis';
import { stallTolerantTimeout } from '../time/stall-tolerant-timeout.ts';
import type { RedisClient } from './client.ts';

/**
 * Calls `onSilent` for each connection on which Redis sends nothing for `timeoutMs` milliseconds before it is usable; in
 * a cluster it disconnects that node alone. ioredis bounds the commands of its handshake one after the other, so
 * together they may wait far longer.
 */
export const watchHandshakes = (client: RedisClient, timeoutMs: number, onSilent: () => void): void => {
  if (client instanceof Cluster)
    client.on('+node', (node: Redis) => watchHandshakesOf(node, timeoutMs, () => node.disconnect()));
  else watchHandshakesOf(client, timeoutMs, onSilent);
};

const watchHandshakesOf = (client: Redis, timeoutMs: number, onSilent: () => void): void => {
  let stop = () => {};
  const watch = () => {
    const { bytesRead } = client.stream;
    stop = stallTolerantTimeout(() => {
      // A server that is loading its data replies, and is asked again.
      if (client.stream.bytesRead === bytesRead) onSilent();
      else watch();
    }, timeoutMs);
  };
  client.on('connect', watch);
  client.on('ready', () => stop());
  client.on('close', () => stop());
};
