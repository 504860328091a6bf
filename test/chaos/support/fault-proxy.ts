import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createPipe, type Direction, type Pipe } from './pipe.ts';

/** A proxy between ticketd and one server that simulates network faults. */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** `redis://` to here, without credentials. */
  readonly url: string;
  /** How many connections it has taken so far, and how many are open now. */
  readonly accepted: number;
  readonly open: number;
  /** How many of them carry tickets: not the one on which ticketd waits for revocations. */
  readonly forTickets: number;
  /** How many clients have ended their side of a connection so far, before or without breaking it. */
  readonly ended: number;
  /** Keeps the bytes of one direction, or of both, as a network does that drops the packets. */
  hold(direction?: Direction | 'both'): void;
  /** Forwards everything again, the held bytes first. */
  release(): void;
  /** Drops every byte in both directions, like a middlebox that lost its flow table. */
  swallow(): void;
  /** Passes on what is sent from now on. */
  passAgain(): void;
  /** How many connections for tickets have sent something that was swallowed. */
  readonly swallowedOf: number;
  /** Delays each piece, both ways, by what this answers in milliseconds; `undefined` ends it. */
  delay(ms: (() => number) | undefined): void;
  /** Breaks every open connection with a RST. */
  reset(): void;
  /** Refuses new connections, until `accept`; the open ones continue. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Resolves when the next request that contains `text` is forwarded. */
  passing(text: string): Promise<void>;
  /** Forwards the next request that contains `text`, drops its reply and resets the connection. */
  loseNextReplyTo(text: string): void;
  /** Resets the connection at the next request that contains `text`, which the server never receives. */
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
// What the reader of revocations sends first.
const READS_STREAM = /\bx(?:info|range|read)\b/i;

export const startFaultProxy = async ({ host = HOST, port: upstreamPort }: Upstream): Promise<FaultProxy> => {
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  const pipes = new Set<Pipe>();
  const held = new Set<Direction>();
  const awaited = new Set<{ readonly text: string; readonly resolve: () => void }>();
  let swallowing = false;
  const swallowedOf = new Set<Socket>();
  const forTickets = new Set<Socket>();
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

  /** Whether this request triggers the armed fault. */
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
    let isFirst = true;
    const requests = createPipe(client, server, 'requests', {
      held,
      delayMs: () => delayMs?.() ?? 0,
      meets: (chunk) => {
        if (isFirst && !READS_STREAM.test(chunk.toString('latin1'))) forTickets.add(client);
        isFirst = false;
        for (const one of awaited) if (chunk.includes(one.text) && awaited.delete(one)) one.resolve();
        if (swallowing) {
          if (forTickets.has(client)) swallowedOf.add(client);
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
    // Held bytes stay until both sides are closed, like packets in transit.
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
    // Its 'close' waits for the open connections, which continue.
    if (server.listening) server.close();
  };

  return {
    host: HOST,
    port,
    url: `redis://${HOST}:${port}`,
    get accepted() {
      return accepted;
    },
    get forTickets() {
      return forTickets.size;
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
      new Promise((resolve) => {
        awaited.add({ text, resolve });
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
