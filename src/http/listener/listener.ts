import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ProcessError } from '../../errors/process-error.ts';
import type { Emit } from '../../log/events.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from './limits.ts';
import { trackRequests } from './open-requests.ts';

export interface ListenerOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly handler: RequestListener;
  readonly emit: Emit;
  readonly limits?: ConnectionLimits;
}

export interface Listener {
  readonly name: string;
  start(): Promise<void>;
  /** From now on every answer asks its client to leave the connection; new ones are still served. */
  drain(): void;
  /**
   * Stops accepting, lets requests in flight finish, closes idle connections. When `signal` aborts it cuts what is
   * left and rejects with a list of it.
   */
  stop(signal: AbortSignal): Promise<void>;
  inFlight(): number;
}

// A connection that turns idle after close() would hold the server for its whole keep-alive time.
const SWEEP_EVERY_MS = 100;

export const createListener = (options: ListenerOptions): Listener => {
  const { name, host, port, handler, emit, limits = CONNECTION_LIMITS } = options;
  const requests = trackRequests();
  const answer: RequestListener = (req, res) => {
    requests.add(req, res);
    handler(req, res);
  };
  // Left to itself Node answers a missing Host, an unknown expectation and CONNECT with an empty answer or none at all.
  const server = createServer({ connectionsCheckingInterval: limits.checkEveryMs, requireHostHeader: false }, answer);
  server.on('checkExpectation', answer);
  server.on('connect', (_req, socket) => {
    // Node has let go of this socket: nobody else would hear of its errors.
    socket.on('error', () => socket.destroy());
    answerBrokenRequest(new Error('CONNECT'), socket);
  });
  bound(server, limits);
  server.on('clientError', answerBrokenRequest);
  server.on('drop', () => emit('connection_dropped', { listener: name }));
  const sockets = trackSockets(server);

  // A connection that has said nothing for a whole interval is idle, too; one just accepted may be about to speak.
  const sweep = () => {
    server.closeIdleConnections();
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  };

  const pending = () => [...requests.describe(), `${sockets.size} open connections`].join(', ');

  return {
    name,
    start: async () => {
      await listen(server, { host, port, backlog: limits.backlog });
      emit('server_listening', { listener: name, host, port: (server.address() as AddressInfo).port });
    },
    drain: () => requests.closeConnections(),
    stop: async (signal) => {
      requests.closeConnections();
      const cut = cutOn(signal, () => {
        const left = pending();
        for (const socket of sockets) socket.destroy();
        return left;
      });
      const sweeper = setInterval(sweep, SWEEP_EVERY_MS);
      await closed(server);
      clearInterval(sweeper);
      const left = cut();
      if (left !== undefined) throw new ProcessError('SHUTDOWN_FORCED', left);
    },
    inFlight: () => requests.size,
  };
};

const bound = (server: Server, limits: ConnectionLimits): void => {
  server.maxConnections = limits.maxConnections;
  server.maxHeadersCount = limits.maxHeaders;
  server.headersTimeout = limits.headersMs;
  server.requestTimeout = limits.requestMs;
  server.timeout = limits.stalledMs;
  server.keepAliveTimeout = limits.keepAliveMs;
};

const trackSockets = (server: Server): ReadonlySet<Socket> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    // A client may send any number of requests ahead, each of which listens for the end.
    socket.setMaxListeners(0);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
};

const listen = (server: Server, where: { host: string; port: number; backlog: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(new ProcessError('LISTEN_FAILED', `cannot listen on ${where.host}:${where.port}: ${cause.message}`));
    server.once('error', fail);
    server.listen(where, () => {
      server.off('error', fail);
      resolve();
    });
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });

/** Cuts once `signal` aborts; returns a function that gives what the cut found, or `undefined` where it was not needed. */
const cutOn = (signal: AbortSignal, cut: () => string): (() => string | undefined) => {
  let left: string | undefined;
  const onAbort = () => {
    left = cut();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    signal.removeEventListener('abort', onAbort);
    return left;
  };
};
