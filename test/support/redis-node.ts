import { freePort } from './free-port.ts';
import { startProcess } from './redis-process.ts';
import type { RedisServer } from './redis-server.ts';
import { run } from './run.ts';
import { until } from './until.ts';

/** One redis-server process among several. */
export interface RedisNode extends RedisServer {
  readonly port: number;
  /** Runs one command by redis-cli; what Redis answers comes back as text, one entry a line. */
  cli(...args: string[]): Promise<string>;
}

export interface RedisNodeOptions {
  readonly args?: readonly string[];
  readonly port?: number;
  /** Variables beside those of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of redis-cli without which it cannot connect. */
  readonly cliArgs?: readonly string[];
}

/** Starts a node, always as a process: in containers its fellows would not find it by the address it tells. */
export const startNode = async (options: RedisNodeOptions = {}): Promise<RedisNode> => {
  const { args = [], cliArgs = [], env } = options;
  const port = options.port ?? (await freePort());
  const server = await startProcess(port, args, env);
  const cli = (...command: string[]) => run('redis-cli', ['-p', String(port), ...cliArgs, ...command]);
  const untilPong = () => until(`PONG on port ${port}`, async () => (await answerOf(cli('PING'))) === 'PONG');
  await untilPong();
  return {
    ...server,
    port,
    start: async () => {
      await server.start();
      await untilPong();
    },
    cli,
  };
};

const answerOf = (answer: Promise<string>): Promise<string> => answer.catch((error: Error) => error.message);
