import { Redis } from 'ioredis';
import type { TestRedis } from '../../support/redis.ts';

/** What Redis does, as MONITOR reports it. */
export interface Monitor {
  /** Each command done so far whose first words are these, as its words. */
  commands(...words: string[]): readonly (readonly string[])[];
  close(): void;
}

export const openMonitor = async ({ host, port }: TestRedis): Promise<Monitor> => {
  const client = new Redis({ host, port, lazyConnect: true, retryStrategy: null });
  client.on('error', () => {});
  await client.connect();
  const monitoring = await client.monitor();
  const seen: (readonly string[])[] = [];
  monitoring.on('monitor', (_time: string, command: string[]) => seen.push(command));
  return {
    commands: (...words) => seen.filter((command) => words.every((word, index) => sameWord(command[index], word))),
    close: () => {
      monitoring.disconnect();
      client.disconnect();
    },
  };
};

const sameWord = (one: string | undefined, other: string): boolean => one?.toUpperCase() === other.toUpperCase();
