import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { startProcess } from './redis-process.ts';
import type { RedisServer, StartServer } from './redis-server.ts';

export interface RedisOptions {
  /** More arguments of redis-server. */
  readonly args?: readonly string[];
  /** The port to listen on; a free one unless given. */
  readonly port?: number;
  readonly password?: string;
}

export interface TestRedis {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Ends the server at once; every connection breaks. */
  stop(): Promise<void>;
  /** Starts it again on the same port, empty, and waits until it answers. */
  start(): Promise<void>;
  /** Freezes the server: connections stay open, nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Runs one command on a connection of its own; a list comes back with one entry a line, nil as ''. */
  cli(...args: string[]): Promise<string>;
}

const HOST = '127.0.0.1';
const READY_TIMEOUT_MS = 20_000;
const RETRY_MS = 20;

const startContainer: StartServer = async (port, args) => {
  // Loaded where it is asked for: testcontainers takes longer to load than most tests take to run.
  const provider = await import('./redis-container.ts');
  return provider.startContainer(port, args);
};
const started = new Set<RedisServer>();

/** Starts a Redis that is this test's alone, from the provider TEST_REDIS names, and waits until it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const port = options.port ?? (await freePort());
  const password = options.password;
  const passwordArgs = password === undefined ? [] : ['--requirepass', password];
  const server = await chooseProvider()(port, [...passwordArgs, ...(options.args ?? [])]);
  started.add(server);
  const connection = { host: HOST, port, ...(password === undefined ? {} : { password }) };
  await untilPong(connection);
  return {
    url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}${HOST}:${port}`,
    host: HOST,
    port,
    stop: server.stop,
    start: async () => {
      await server.start();
      await untilPong(connection);
    },
    pause: server.pause,
    resume: server.resume,
    cli: (...args) => runCommand(connection, args),
  };
}

/** Ends every Redis the tests started and did not end, as a root hook. */
export async function removeEveryRedis(): Promise<void> {
  await Promise.all([...started].map((server) => server.remove()));
  started.clear();
}

function chooseProvider(): StartServer {
  const { TEST_REDIS: name = 'process' } = process.env;
  if (name === 'process') return startProcess;
  if (name === 'container') return startContainer;
  throw new Error(`TEST_REDIS takes "process" or "container", not "${name}"`);
}

interface Connection {
  readonly host: string;
  readonly port: number;
  readonly password?: string;
}

async function untilPong(connection: Connection): Promise<void> {
  const giveUpAt = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    const answer = await runCommand(connection, ['PING']).catch((error: Error) => error);
    if (answer === 'PONG') return;
    if (performance.now() > giveUpAt) throw new Error(`Redis on port ${connection.port} does not answer: ${answer}`);
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function runCommand(connection: Connection, args: readonly string[]): Promise<string> {
  const client = new Redis({
    ...connection,
    lazyConnect: true,
    // One attempt each: a caller that wants more asks again.
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    commandTimeout: 5_000,
    enableReadyCheck: false,
  });
  // Without a listener ioredis prints what connect() rejects with anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const [command = '', ...rest] = args;
    return formatReply(await client.call(command, ...rest));
  } finally {
    client.disconnect();
  }
}

function formatReply(reply: unknown): string {
  if (Array.isArray(reply)) return reply.map(formatReply).join('\n');
  return reply === null ? '' : String(reply);
}
