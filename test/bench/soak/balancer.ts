import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Where a service listens, and will again after a restart. */
export interface Target {
  readonly port: number;
  readonly internalPort: number;
}

export interface Balancer {
  readonly url: string;
  readonly internalUrl: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const ASK_EVERY_MS = 100;
const ASK_TIMEOUT_MS = 1000;

/**
 * Hands each connection to one target after another of those whose `/ready` answers 200; to any where none does, as an
 * Application Load Balancer would.
 */
export const startBalancer = async (targets: readonly Target[]): Promise<Balancer> => {
  const ready = new Set<Target>();
  const watcher = setInterval(() => {
    for (const target of targets) void look(target);
  }, ASK_EVERY_MS);

  const look = async (target: Target) => {
    const signal = AbortSignal.timeout(ASK_TIMEOUT_MS);
    const answer = await fetch(`http://${HOST}:${target.port}/ready`, { signal }).catch(() => undefined);
    if (answer?.ok) ready.add(target);
    else ready.delete(target);
    await answer?.body?.cancel();
  };

  let turn = 0;
  const next = (): Target | undefined => {
    const choice = ready.size > 0 ? [...ready] : targets;
    turn += 1;
    return choice[turn % choice.length];
  };

  await Promise.all(targets.map(look));
  const front = await listen((socket) => join(socket, next()?.port));
  const internalFront = await listen((socket) => join(socket, next()?.internalPort));
  return {
    url: urlOf(front),
    internalUrl: urlOf(internalFront),
    close: async () => {
      clearInterval(watcher);
      for (const server of [front, internalFront]) server.close();
    },
  };
};

const join = (client: Socket, port = 0): void => {
  const target = connect({ port, host: HOST, noDelay: true });
  for (const [one, other] of [
    [client, target],
    [target, client],
  ] as const) {
    one.pipe(other);
    one.on('error', () => other.destroy());
    one.on('close', () => other.end());
  }
};

const listen = async (onConnection: (socket: Socket) => void): Promise<Server> => {
  const server = createServer({ noDelay: true }, onConnection).listen(0, HOST);
  await once(server, 'listening');
  return server;
};

const urlOf = (server: Server): string => `http://${HOST}:${(server.address() as AddressInfo).port}`;
