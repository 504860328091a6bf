import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Emit } from '../../log/events.ts';
import { afterNextRead } from './after-next-read.ts';
import { type Connections, trackConnections } from './connections.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from './limits.ts';

export interface ListenerOptions {
  readonly name: string;
  /** By default every address of this machine, IPv4 and IPv6; IPv4 alone where the machine has no IPv6. */
  readonly host?: string | undefined;
  readonly port: number;
  readonly handler: RequestListener;
  readonly emit: Emit;
  /** How long an idle connection stays open; clients read a shorter time, so that they close it first. */
  readonly keepAliveMs: number;
  readonly limits?: ConnectionLimits;
}

export interface Listener {
  readonly name: string;
  start(): Promise<void>;
  /** From now on every response asks its client to close the connection; new connections are still accepted. */
  drain(): void;
  /**
   * Stops accepting, finishes the requests in flight, closes all other connections. When `signal` aborts it destroys the
   * remaining ones and rejects with a list of their requests.
   */
  stop(signal: AbortSignal): Promise<void>;
  inFlight(): number;
}

/** The address or the port of a listener cannot be used. */
export class ListenFailed extends Error {
  override readonly name = 'ListenFailed';
  readonly code = 'LISTEN_FAILED';
}

// A connection that becomes idle after close() would delay the stop for its whole keep-alive time.
const SWEEP_EVERY_MS = 100;
// The rest of a request may be in transit when the stop begins.
const UNFINISHED_GRACE_MS = 250;

export const createListener = (options: ListenerOptions): Listener => {
  const { name, host, port, handler, emit, keepAliveMs, limits = CONNECTION_LIMITS } = options;
  // By default Node answers a missing Host, an unknown expectation and CONNECT with an empty response or none.
  const server = createServer({ connectionsCheckingInterval: limits.checkEveryMs, requireHostHeader: false });
  const connections = trackConnections(server, handler, { ...limits, keepAliveMs });
  addListeners(server, connections);
  closeIdleAfterRead(server);
  setLimits(server, limits);
  server.keepAliveTimeout = advertisedMs(keepAliveMs);
  server.on('drop', () => emit('connection_dropped', { listener: name }));

  return {
    name,
    start: async () => {
      await listen(server, { host, port, backlog: limits.backlog });
      const { address, port: realPort } = server.address() as AddressInfo;
      emit('server_listening', { listener: name, host: address, port: realPort });
    },
    drain: connections.drain,
    stop: async (signal) => {
      connections.drain();
      const forced = onAbort(signal, connections.destroyAll);
      const stopSweeping = sweepUnused(server, connections);
      await closed(server);
      stopSweeping();
      const pending = forced();
      if (pending !== undefined) throw new Error(pending);
    },
    inFlight: () => connections.inFlight,
  };
};

const addListeners = (server: Server, { handler, refuse, timeOut }: Connections): void => {
  // Without it Node closes a connection whose client has closed its side, before the response is sent.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('timeout', timeOut);
  server.on('request', handler);
  server.on('checkExpectation', handler);
  server.on('connect', ({ socket }) => refuse(new Error('CONNECT'), socket));
  server.on('clientError', (error, stream) => refuse(error, stream as Socket));
};

// Node's close() and closeIdleConnections() would reset a connection whose next request has arrived, but is not read yet.
const closeIdleAfterRead = (server: Server): void => {
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => afterNextRead(closeIdle);
};

const sweepUnused = (server: Server, { closeIfWaitingForClient }: Connections): (() => void) => {
  const graceEnds = performance.now() + UNFINISHED_GRACE_MS;
  const sweeper = setInterval(() => {
    server.closeIdleConnections();
    if (performance.now() >= graceEnds) closeIfWaitingForClient();
  }, SWEEP_EVERY_MS);
  return () => clearInterval(sweeper);
};

const setLimits = (server: Server, limits: ConnectionLimits): void => {
  server.maxConnections = limits.maxConnections;
  server.maxHeadersCount = limits.maxHeaders;
  server.headersTimeout = limits.headersMs;
  server.requestTimeout = limits.requestMs;
  server.timeout = limits.stalledMs;
};

// A request that is on its way when the idle time ends would be lost, however gently its connection is closed.
const HEAD_START_MS = 5_000;

/** The idle time in the `Keep-Alive` header: some seconds shorter than the real one, or half of it if that is short. */
const advertisedMs = (keepAliveMs: number): number => Math.max(keepAliveMs - HEAD_START_MS, keepAliveMs / 2);

interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
  readonly backlog: number;
}

const listen = (server: Server, { host, port, backlog }: ListenAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    const where = host === undefined ? `port ${port}` : `${host}:${port}`;
    const fail = (cause: Error) => reject(new ListenFailed(`cannot listen on ${where}: ${cause.message}`));
    server.once('error', fail);
    server.listen({ ...(host !== undefined && { host }), port, backlog }, () => {
      server.off('error', fail);
      resolve();
    });
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });

/** Calls `force` when `signal` aborts; returns a function that returns its result, or `undefined` if it was not called. */
const onAbort = (signal: AbortSignal, force: () => string): (() => string | undefined) => {
  let result: string | undefined;
  const abort = () => {
    result = force();
  };
  signal.addEventListener('abort', abort, { once: true });
  return () => {
    signal.removeEventListener('abort', abort);
    return result;
  };
};
