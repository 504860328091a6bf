import { Redis } from 'ioredis';
import type { TestRedis } from '../../support/redis.ts';

/** A connection that is open before the fault begins and stays open through it. */
export interface Admin {
  do(...command: string[]): Promise<unknown>;
  /** A number that INFO reports. */
  info(field: string): Promise<string | undefined>;
  close(): void;
}

export const openAdmin = async ({ host, port, url }: TestRedis): Promise<Admin> => {
  const password = decodeURIComponent(new URL(url).password);
  const client = new Redis({
    host,
    port,
    lazyConnect: true,
    retryStrategy: null,
    ...(password !== '' && { password }),
  });
  client.on('error', () => {});
  await client.connect();
  return {
    do: (command = '', ...args) => client.call(command, ...args),
    info: async (field) => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(await client.info())?.[1],
    close: () => client.disconnect(),
  };
};
