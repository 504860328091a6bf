import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createPipe, type Direction, type Pipe } from './pipe.ts';

/** Stands between the service and one server, and does to the connections what a bad network does. */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** `redis://` to here, without credentials. */
  readonly url: string;
  /** How many connections it has taken so far, and how many are open now. */
  readonly accepted: number;
  readonly open: number;
  /** How many clients have ended their side of a connection so far, before or without breaking it. */
  readonly ended: number;
  /** Keeps the bytes of one direction, or of both, as a network does that drops the packets. */
  hold(direction?: Direction | 'both'): void;
  /** Lets everything through again, what was held first. */
  release(): void;
  /** Swallows every byte, both ways, as a middlebox does that has forgotten its flows; those bytes never arrive. */
  swallow(): void;
  /** Passes on what is sent from now on. */
  passAgain(): void;
  /** How many connections have sent something that was swallowed. */
  readonly swallowedOf: number;
  /** Delays each piece, both ways, by what this answers in milliseconds; `undefined` ends it. */
  delay(ms: (() => number) | undefined): void;
  /** Breaks every open connection with a RST. */
  reset(): void;
  /** Refuses new connections, until `accept`; the open ones go on. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Resolves as the next request that holds `text` is passed on. */
  passing(text: string): Promise<void>;
  /** Forwards the next request that holds `text`, swallows its answer and resets the connection. */
  loseNextReplyTo(text: string): void;
  /** Resets the connection at the next request that holds `text`, which the server never sees. */
  resetBefore(text: string): void;
  close(): Promise<void>;
}

export interface Upstream {
  readonly host?: string;
  readonly port: number;
}

interface Trap {
  readonly text: string;
  readonly forward: boolean;
}

const HOST = '127.0.0.1';

export const startFaultProxy = async ({ host = HOST, port: upstreamPort }: Upstream): Promise<FaultProxy> => {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const pipes = new Set<Pipe>();
  const held = new Set<Direction>();
  const awaited = new Set<{ readonly text: string; readonly tell: () => void }>();
  let swallowing = false;
  const swallowedOf = new Set<Socket>();
  let accepted = 0;
  let ended = 0;
  let trap: Trap | undefined;
  let delayMs: (() => number) | undefined;

  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    return socket.once('close', () => sockets.delete(socket));
  };

  /** Whether this request springs the trap that is set. */
  const springs = (chunk: Buffer): Trap | undefined => {
    if (trap === undefined || !chunk.includes(trap.text)) return undefined;
    const sprung = trap;
    trap = undefined;
    return sprung;
  };

  const onClient = (client: Socket) => {
    accepted += 1;
    track(client).once('end', () => {
      ended += 1;
    });
    const server = track(connect({ port: upstreamPort, host, allowHalfOpen: true }));
    let losing = false;
    const requests = createPipe(client, server, 'requests', {
      held,
      delayMs: () => delayMs?.() ?? 0,
      meets: (chunk) => {
        for (const one of awaited) if (chunk.includes(one.text) && awaited.delete(one)) one.tell();
        if (swallowing) {
          swallowedOf.add(client);
          return false;
        }
        const sprung = springs(chunk);
        if (sprung?.forward) losing = true;
        else if (sprung) breakOff(client, server);
        return sprung === undefined || sprung.forward;
      },
    });
    const replies = createPipe(server, client, 'replies', {
      held,
      delayMs: () => delayMs?.() ?? 0,
      meets: () => {
        // The server's side ends in order, so that it does all that it was sent.
        if (losing) breakOff(client, server);
        return !losing && !swallowing;
      },
    });
    clients.add(client.once('close', () => clients.delete(client)));
    for (const pipe of [requests, replies]) pipes.add(pipe);
    // What is held stays until both sides are gone, as packets on their way do.
    const forget = () => {
      if (!(client.closed && server.closed)) return;
      for (const pipe of [requests, replies]) pipes.delete(pipe);
    };
    client.once('close', forget);
    server.once('close', forget);
  };

  const create = () => createServer({ allowHalfOpen: true }, onClient);
  let server = create();
  const listen = async (port: number) => {
    server = create();
    server.listen(port, HOST);
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const release = () => {
    held.clear();
    for (const pipe of pipes) pipe.flush();
  };
  const refuse = async () => {
    // Its 'close' waits for the open connections, which go on.
    if (server.listening) server.close();
  };

  return {
    host: HOST,
    port,
    url: `redis://${HOST}:${port}`,
    get accepted() {
      return accepted;
    },
    get ended() {
      return ended;
    },
    get open() {
      return clients.size;
    },
    hold: (direction = 'both') => {
      for (const one of direction === 'both' ? (['requests', 'replies'] as const) : [direction]) held.add(one);
    },
    release,
    swallow: () => {
      swallowing = true;
    },
    passAgain: () => {
      swallowing = false;
    },
    get swallowedOf() {
      return swallowedOf.size;
    },
    delay: (ms) => {
      delayMs = ms;
    },
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    refuse,
    accept: () => listen(port),
    passing: (text) =>
      new Promise((tell) => {
        awaited.add({ text, tell });
      }),
    loseNextReplyTo: (text) => {
      trap = { text, forward: true };
    },
    resetBefore: (text) => {
      trap = { text, forward: false };
    },
    close: async () => {
      await refuse();
      for (const socket of sockets) socket.destroy();
    },
  };
};

const breakOff = (client: Socket, server: Socket): void => {
  client.resetAndDestroy();
  server.end();
};
