import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import { pathIn } from '../../protocol/resource-path.ts';
import { type Connection, createConnection, type IdleLimit } from './connection.ts';
import type { ConnectionLimits } from './limits.ts';
import { createOpenRequests } from './open-requests.ts';
import { isStream } from './streams.ts';

/** The connections of one server. */
export interface Connections {
  readonly handler: RequestListener;
  /** Number of requests in progress. */
  readonly inFlight: number;
  /** Answers bytes that are not a request. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void;
  /** From now on the last response to a client ends its connection. */
  drain(): void;
  /** To be called when nothing happened on a connection during its time limit. */
  timeOut(socket: Socket): void;
  /** Closes every connection that only waits for its client. */
  closeIfWaitingForClient(): void;
  /** Destroys all remaining connections; returns a description of their requests. */
  destroyAll(): string;
}

export const trackConnections = (
  server: Server,
  handler: RequestListener,
  limits: ConnectionLimits & IdleLimit,
): Connections => {
  const connections = new Map<Socket, Connection>();
  const openRequests = createOpenRequests(limits.maxOpenRequests);
  let draining = false;

  server.on('connection', (socket) => {
    const connection = createConnection(socket, handler, { ...limits, openRequests });
    connections.set(socket, connection);
    if (draining) connection.drain();
    socket.once('close', () => connections.delete(socket));
  });

  const inProgress = () =>
    [...connections.values()].flatMap(({ current }) => (current === undefined || isStream(current) ? [] : current));

  return {
    handler: (request, response) => connections.get(request.socket)?.add(request, response),
    get inFlight() {
      return inProgress().length;
    },
    refuse: (error, socket) => connections.get(socket)?.refuse(error),
    drain: () => {
      draining = true;
      for (const { drain } of connections.values()) drain();
    },
    timeOut: (socket) => connections.get(socket)?.timeOut(),
    closeIfWaitingForClient: () => {
      for (const { closeIfWaitingForClient } of connections.values()) closeIfWaitingForClient();
    },
    destroyAll: () => {
      const pending = [...inProgress().map(nameOf), `${connections.size} open connections`].join(', ');
      for (const socket of connections.keys()) socket.destroy();
      return pending;
    },
  };
};

const MAX_PATH_CHARACTERS = 64;

// The paths of ticketd consist of words; anything else comes from the caller and may be secret.
const WORD = /^[a-z0-9-]{0,16}$/;

/** Method and path of a request, without its query. */
const nameOf = ({ method, url = '' }: IncomingMessage): string => {
  const segments = pathIn(url)
    .split('/')
    .map((segment) => (WORD.test(segment) ? segment : '…'));
  return `${method} ${segments.join('/').slice(0, MAX_PATH_CHARACTERS)}`;
};
