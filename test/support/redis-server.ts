/** What a provider makes: one server that keeps its port until it is removed. Each method awaits the state it names. */
export interface RedisServer {
  stop(): Promise<void>;
  start(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts a server on this port with these arguments of redis-server; it need not answer yet. */
export type StartServer = (port: number, args: readonly string[]) => Promise<RedisServer>;
