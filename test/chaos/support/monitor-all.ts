import { Redis } from 'ioredis';

/** The commands of clients on several nodes, without those of replication. */
export interface MonitorAll {
  /** The key of each such command, over all nodes. */
  keysOf(command: string): readonly string[];
  close(): void;
}

interface Node {
  readonly port: number;
}

export const monitorAll = async (nodes: readonly Node[]): Promise<MonitorAll> => {
  const seen: (readonly string[])[] = [];
  const addresses = new Set(nodes.map(({ port }) => `127.0.0.1:${port}`));
  const clients = await Promise.all(
    nodes.map((node) => monitor(node, (command, source) => addresses.has(source) || seen.push(command))),
  );
  return {
    keysOf: (wanted) => seen.filter(([command]) => command?.toUpperCase() === wanted).map(([, key = '']) => key),
    close: () => {
      for (const client of clients) client.disconnect();
    },
  };
};

const monitor = async (
  { port }: Node,
  onCommand: (command: readonly string[], source: string) => void,
): Promise<Redis> => {
  const client = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: null });
  client.on('error', () => {});
  await client.connect();
  const monitoring = await client.monitor();
  client.disconnect();
  // A node that dies closes this connection.
  monitoring.on('error', () => {});
  monitoring.on('monitor', (_time: string, command: string[], source: string) => onCommand(command, source));
  return monitoring;
};
