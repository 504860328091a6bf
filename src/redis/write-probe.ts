import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { codedError } from '../protocol/coded-error.ts';
import { since } from '../time/clock.ts';
import type { RedisClient } from './client.ts';
import { incrementWindow, readAll } from './commands.ts';
import { keyOnEachMaster, keysAtBothEnds, type ProbeKeys } from './keys.ts';
import type { RedisAccess } from './options.ts';

const TTL_MS = 10_000;

type Needs = Pick<RedisAccess, 'target' | 'counts'>;

/**
 * The write of the heartbeat: a thorough one sends every command that tickets need, any other a write, a read that
 * deletes and a read of revocations. After an error a cluster client looks up the masters again: a replica may have taken
 * over, which the client would notice seconds later.
 */
export const writeProbe = async (
  client: RedisClient,
  keys: ProbeKeys,
  { thorough, ...needs }: Needs & { readonly thorough: boolean },
): Promise<void> => {
  try {
    if (thorough) await sendTicketCommands(client, keys, needs);
    else await sendLightProbe(client, keys);
  } catch (error) {
    if (client instanceof Cluster) client.refreshSlotsCache();
    throw error;
  }
};

const sendLightProbe = (client: RedisClient, { ticket, revocation }: ProbeKeys): Promise<unknown> =>
  Promise.all([
    ...onEachMaster(client, ticket).flatMap((key) => writeAndTake(client, key)),
    readAll(client, onEachMaster(client, revocation)),
  ]);

/**
 * Sends every command that tickets need, in a cluster to every master: a write, a read that deletes (GETDEL: Redis 6.2),
 * a read of revocations, and a count when there is a rate limit. Rejects with the Redis error, also when the server is
 * a node of a cluster but configured as a single Redis.
 */
export const sendTicketCommands = async (client: RedisClient, keys: ProbeKeys, needs: Needs): Promise<void> => {
  const counts = needs.counts ? onEachMaster(client, keys.count) : [];
  await Promise.all([
    selectDatabase(client, needs),
    ...ticketKeys(client, keys).flatMap((key) => writeAndTake(client, key)),
    ...counts.map((key) => incrementWindow(client, key, TTL_MS)),
    readAll(client, onEachMaster(client, keys.revocation)),
  ]);
};

const writeAndTake = (client: RedisClient, key: string): readonly Promise<unknown>[] => [
  client.set(key, '1', 'PX', TTL_MS),
  client.getdel(key),
];

/** Milliseconds for a write and then a read that deletes, on the slowest master. */
export const measureRoundTrip = async (client: RedisClient, keys: ProbeKeys): Promise<number> =>
  Math.max(...(await Promise.all(onEachMaster(client, keys.ticket).map((key) => roundTripOf(client, key)))));

const roundTripOf = async (client: RedisClient, key: string): Promise<number> => {
  const startedAt = performance.now();
  const value = randomUUID();
  await client.set(key, value, 'PX', TTL_MS, 'NX');
  if ((await client.getdel(key)) !== value) throw codedError('LOST_WRITE', 'what was written could not be read back');
  return since(startedAt);
};

const onEachMaster = (client: RedisClient, prefix: string): readonly string[] =>
  client instanceof Cluster ? keyOnEachMaster(client.slots, prefix) : [prefix];

const ticketKeys = (client: RedisClient, { ticket }: ProbeKeys): readonly string[] =>
  client instanceof Cluster ? onEachMaster(client, ticket) : keysAtBothEnds(ticket);

// ioredis ignores a rejected SELECT, and would continue in database 0.
const selectDatabase = async (client: RedisClient, { target: { database } }: Needs): Promise<void> => {
  if (!(client instanceof Cluster) && database !== 0) await client.select(database);
};
