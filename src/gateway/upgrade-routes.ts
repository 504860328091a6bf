import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { readSafely } from '../log/describe-error.ts';
import { pathIn } from '../protocol/resource-path.ts';
import { newTraceId, traceIdOf } from '../protocol/trace-id.ts';
import { respond } from './http-response.ts';

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** A server that has `upgrade` events: one of `node:http` or `node:https`, or a framework's. */
export interface UpgradeServer {
  on(event: 'upgrade', listener: UpgradeListener): unknown;
  prependListener?(event: 'upgrade', listener: UpgradeListener): unknown;
  off(event: 'upgrade', listener: UpgradeListener): unknown;
  listenerCount(event: 'upgrade'): number;
}

/** The upgrades of one path of a server, or of all paths that have no route of their own. */
export interface UpgradeRoute {
  readonly path: string | undefined;
  /** How long another listener of the server may take for an upgrade that has no route, in milliseconds. */
  readonly timeoutMs: number;
  readonly handle: UpgradeListener;
}

interface Router {
  readonly routes: Map<string | undefined, UpgradeRoute>;
  readonly listener: UpgradeListener;
}

// One listener per server, however many gateways protect it: only together do they know that none handles an upgrade.
const routers = new WeakMap<UpgradeServer, Router>();

/** Adds a route to a server; returns what removes it. Throws a `TypeError` where the path has a route already. */
export const addUpgradeRoute = (server: UpgradeServer, route: UpgradeRoute): (() => void) => {
  const { routes, listener } = routers.get(server) ?? createRouter(server);
  if (routes.has(route.path)) throw new TypeError(`${describePath(route.path)} of this server is protected already`);
  if (routes.size === 0) listenFirst(server, listener);
  routes.set(route.path, route);
  return () => {
    if (routes.get(route.path) === route) routes.delete(route.path);
    if (routes.size === 0) server.off('upgrade', listener);
  };
};

// Before the others: to strip the ticket before they read the request, and to see what each of them does to the socket.
const listenFirst = (server: UpgradeServer, listener: UpgradeListener): void => {
  if (server.prependListener === undefined) server.on('upgrade', listener);
  else server.prependListener('upgrade', listener);
};

const describePath = (path: string | undefined): string => (path === undefined ? 'every path' : `the path ${path}`);

const createRouter = (server: UpgradeServer): Router => {
  const routes: Router['routes'] = new Map();
  const listener: UpgradeListener = (request, socket, head) => {
    // Node no longer listens to the socket: without a listener its errors would end the process.
    socket.on('error', () => {});
    const route = routeFor(request, routes);
    if (route !== undefined) return route.handle(request, socket, head);
    if (server.listenerCount('upgrade') === 1) return respondNotFound(request, socket);
    const timeoutMs = Math.max(...[...routes.values()].map((other) => other.timeoutMs));
    startTakeTimeout(socket, watchTaken(socket), timeoutMs, () => respondNotFound(request, socket));
  };
  const router = { routes, listener };
  routers.set(server, router);
  return router;
};

/** A request that cannot be read goes to the route without a path, which refuses it. */
const routeFor = (request: IncomingMessage, routes: Router['routes']): UpgradeRoute | undefined => {
  if (!readSafely(() => request.headers.upgrade?.toLowerCase() === 'websocket', true)) return undefined;
  const path = readSafely(() => pathIn(request.url ?? '/'), undefined);
  return routes.get(path) ?? routes.get(undefined);
};

const respondNotFound = (request: IncomingMessage, socket: Duplex): void =>
  respond(socket, {
    errorCode: 'NOT_FOUND',
    message: 'There is no WebSocket here',
    traceId: readSafely(() => traceIdOf(request.headers), newTraceId()),
  });

/**
 * Returns a function that says whether other code has taken the socket of an upgrade: reads it, has closed it, or has
 * written to it since this call. Listeners of `error` and `end` do not count: code that takes a socket reads or writes.
 */
export const watchTaken = (socket: Duplex): (() => boolean) => {
  // Node may still write the response to an earlier request: then written bytes prove nothing.
  const isResponding = Boolean(Reflect.get(socket, '_httpMessage'));
  const before = bytesWrittenTo(socket);
  return () => !socket.writable || isRead(socket) || (!isResponding && bytesWrittenTo(socket) > before);
};

// Node emits `upgrade` with a socket that nothing reads.
const isRead = (socket: Duplex): boolean =>
  socket.readableFlowing !== null || socket.listenerCount('data') + socket.listenerCount('readable') > 0;

const bytesWrittenTo = (socket: Duplex): number => Number(Reflect.get(socket, 'bytesWritten') ?? 0);

/** Calls `onTimeout` where no code takes the socket within the time limit. */
export const startTakeTimeout = (
  socket: Duplex,
  isTaken: () => boolean,
  timeoutMs: number,
  onTimeout: () => void,
): void => {
  const timer = setTimeout(() => {
    if (!isTaken()) onTimeout();
  }, timeoutMs).unref();
  socket.once('close', () => clearTimeout(timer));
};
