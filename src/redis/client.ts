import { Cluster, Redis } from 'ioredis';
import { stallTolerantTimeout } from '../time/timeouts.ts';
import { clusterOptions, type RedisAccess, type RetryStrategy, sentinelOptions, singleOptions } from './options.ts';
import { plainConnection } from './plain-connection.ts';
import { explainSentinels } from './sentinels.ts';

export type RedisClient = Redis | Cluster;

/**
 * A client, not connected yet, for the configured topology; `once` makes it try a single time. Its event `usable`, which
 * the caller emits, lets the next reconnect follow without a delay again.
 */
export const createClient = (access: RedisAccess, { once } = { once: false }): RedisClient => {
  const { target, redis } = access;
  const single = once ? { retryStrategy: () => null } : {};
  if (redis.cluster) {
    const options = clusterOptions(access);
    const cluster = new Cluster([...target.servers], once ? { ...options, clusterRetryStrategy: () => null } : options);
    cluster.on('usable', options.clusterRetryStrategy.reset);
    // Without a listener ioredis prints the errors.
    cluster.on('error', () => {});
    return connectNodesEagerly(endRefreshes(cluster));
  }
  if (redis.sentinelMaster === undefined) {
    const options = singleOptions(access);
    return connectionFor(new Redis({ ...options, ...single }), options);
  }
  const options = sentinelOptions(access, redis.sentinelMaster);
  const client = new Redis({ ...options, ...single, ...(once && { sentinelRetryStrategy: () => null }) });
  return explainSentinels(connectionFor(client, options));
};

const connectionFor = (client: Redis, { retryStrategy }: { readonly retryStrategy: RetryStrategy }): Redis =>
  batchWrites(plainConnection(client)).on('usable', retryStrategy.reset);

/** Connects to each node as it becomes known: a lazy node delays its first command, and never reports its error. */
const connectNodesEagerly = (cluster: Cluster): Cluster =>
  cluster.on('+node', (node: Redis) => {
    batchWrites(plainConnection(node));
    node.connect().catch(() => {});
  });

// ioredis plans the next refresh of the slots also where the last one was in progress when it was disconnected for good.
const endRefreshes = (cluster: Cluster): Cluster => {
  const { disconnect, refreshSlotsCache } = cluster;
  let isClosed = false;
  return Object.assign(cluster, {
    disconnect: (reconnect = false) => {
      isClosed = !reconnect;
      disconnect.call(cluster, reconnect);
    },
    refreshSlotsCache: (callback?: (error?: Error) => void) =>
      refreshSlotsCache.call(cluster, (error) => {
        if (!isClosed) callback?.(error ?? undefined);
      }),
  });
};

type Stream = Pick<Redis['stream'], 'cork' | 'uncork' | 'writableCorked'>;

/**
 * Writes the commands of one turn of the event loop together: a system call for each would be a large part of what a
 * ticket costs. Unlike ioredis' auto-pipelining it sends a command while others wait for their replies: on a hung Redis
 * auto-pipelining would send it seconds later.
 */
export const batchWrites = (client: Redis): Redis => {
  const sendCommand = client.sendCommand.bind(client);
  let known: Stream | undefined;
  client.sendCommand = (...command) => {
    // Undefined until the first connection.
    const stream: Stream | undefined = client.stream;
    if (stream !== undefined && stream.writableCorked === 0) {
      // The first ones on a connection go out in this very turn: a server that refuses the client then still reads them,
      // and its reason arrives before the reset.
      corkUntil(stream === known ? setImmediate : process.nextTick, stream);
      known = stream;
    }
    return sendCommand(...command);
  };
  return client;
};

const corkUntil = (later: (uncork: () => void) => void, stream: Stream): void => {
  stream.cork();
  later(() => stream.uncork());
};

/**
 * Calls `onTimeout` for each new connection on which Redis sends nothing for `timeoutMs` milliseconds before it is
 * usable; in a cluster it disconnects that node only. ioredis limits each command of its handshake, one after the other,
 * so that together they may wait far longer.
 */
export const limitHandshakes = (client: RedisClient, timeoutMs: number, onTimeout: () => void): void => {
  if (client instanceof Cluster)
    client.on('+node', (node: Redis) => limitHandshakesOf(node, timeoutMs, () => node.disconnect()));
  else limitHandshakesOf(client, timeoutMs, onTimeout);
};

const limitHandshakesOf = (client: Redis, timeoutMs: number, onTimeout: () => void): void => {
  let stop = () => {};
  const watch = () => {
    const { bytesRead } = client.stream;
    stop = stallTolerantTimeout(() => {
      // A server that is loading its data replies, and gets another period.
      if (client.stream.bytesRead === bytesRead) onTimeout();
      else watch();
    }, timeoutMs);
  };
  client.on('connect', watch);
  client.on('ready', () => stop());
  client.on('close', () => stop());
};
