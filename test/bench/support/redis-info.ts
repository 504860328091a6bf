/** A Redis that can be asked, as the tests start them. */
export interface AskedRedis {
  cli(...args: string[]): Promise<string>;
}

/** One field of INFO, as text. */
export const infoOf = async (redis: AskedRedis, name: string): Promise<string> => {
  const lines = (await redis.cli('INFO', 'everything')).split(/\r?\n/);
  const line = lines.find((candidate) => candidate.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`INFO tells no ${name}`);
  return line.slice(name.length + 1);
};

const sumOf = async (nodes: readonly AskedRedis[], ...names: string[]): Promise<number> => {
  const values = await Promise.all(nodes.flatMap((node) => names.map((name) => infoOf(node, name))));
  return values.map(Number).reduce((sum, value) => sum + value, 0);
};

/** Seconds of CPU that these servers have used so far, in user and kernel, to the microsecond. */
export const redisCpuSeconds = (nodes: readonly AskedRedis[]): Promise<number> =>
  sumOf(nodes, 'used_cpu_user', 'used_cpu_sys');

/** Bytes that these servers hold. */
export const redisMemory = (nodes: readonly AskedRedis[]): Promise<number> => sumOf(nodes, 'used_memory');

/** Commands that a server has run so far. */
export const redisCommands = async (redis: AskedRedis): Promise<number> =>
  Number(await infoOf(redis, 'total_commands_processed'));
