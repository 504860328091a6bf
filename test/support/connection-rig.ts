import type { SinonFakeTimers } from 'sinon';
import { createRedisConnection, type RedisConnection } from '../../src/redis/connection.ts';
import { type Emitted, recordEvents } from './emitted.ts';
import { createFakeClient, type FakeClient } from './fake-client.ts';
import { freezeTime, passTime, turns } from './frozen-time.ts';
import { accessOf } from './redis-access.ts';

export const ENDPOINT = 'redis://host:6379';
export const PASSWORD = 'right-horse-7';

/** The connection to Redis over a client that is moved by hand, on a frozen clock. */
export interface ConnectionRig extends Omit<FakeClient, 'client'> {
  readonly connection: RedisConnection;
  readonly client: FakeClient['client'];
  readonly clock: SinonFakeTimers;
  readonly emitted: readonly Emitted[];
  /** The names of the events, in order. */
  eventNames(): readonly string[];
  /** Connects to a Redis that does what it is asked to, and starts. */
  startReady(): Promise<void>;
  /** Loses the connection, for this reason where there is one. */
  lose(error?: Error): void;
  /** Reconnects to a Redis that does what it is asked to. */
  recover(): Promise<void>;
  pass(ms: number): Promise<void>;
  restore(): Promise<void>;
}

export const rigConnection = async (): Promise<ConnectionRig> => {
  const access = await accessOf({ REDIS_URL: `redis://:${PASSWORD}@host:6379` });
  const clock = freezeTime();
  const fake = createFakeClient();
  const { client, answer, become } = fake;
  const { emit, emitted } = recordEvents();
  const connection = createRedisConnection({ ...access, emit }, client);
  const reach = async () => {
    answer('done');
    become('connecting');
    become('ready');
    await turns();
  };
  return Object.assign(fake, {
    connection,
    clock,
    emitted,
    eventNames: () => emitted.map(({ event }) => event),
    startReady: async () => {
      const started = connection.start(new AbortController().signal);
      await reach();
      await started;
    },
    lose: (error?: Error) => {
      if (error !== undefined) client.emit('error', error);
      become('close');
    },
    recover: async () => {
      await reach();
      await passTime(clock, 3_000);
    },
    pass: (ms: number) => passTime(clock, ms),
    restore: async () => {
      await connection.close();
      clock.restore();
    },
  });
};
