import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type Admission,
  createGateway,
  type Gateway,
  type GatewayEvent,
  type GatewayOptions,
  type ProtectOptions,
} from '../../src/gateway/gateway.ts';

/** One connection that was let in, with all that the application is given of it. */
export interface LetIn {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly admission: Admission;
}

/** A WebSocket server behind a gateway, on a free port. */
export interface GatewayRig {
  /** Of WebSockets, without a path. */
  readonly url: string;
  /** The same server for plain HTTP. */
  readonly httpUrl: string;
  readonly server: Server;
  readonly sockets: WebSocketServer;
  readonly gateway: Gateway;
  readonly letIn: readonly LetIn[];
  readonly events: readonly GatewayEvent[];
  eventsOf<E extends GatewayEvent['event']>(name: E): readonly Extract<GatewayEvent, { event: E }>[];
  stop(): Promise<void>;
}

/** Starts it; sockets greet whom they let in with a subject, and echo. */
export const startGateway = async (
  options: GatewayOptions,
  protection: ProtectOptions = {},
  start: 'started' | 'as made' = 'started',
): Promise<GatewayRig> => {
  const events: GatewayEvent[] = [];
  const letIn: LetIn[] = [];
  const gateway = createGateway({ onEvent: (event) => events.push(event), ...options });
  if (start === 'started') await gateway.start();
  const server = createServer((_request, response) => response.end('plain'));
  const sockets = new WebSocketServer({ noServer: true });
  gateway.protect(server, sockets, protection);
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage, admission: Admission) => {
    letIn.push({ socket, request, admission });
    socket.on('message', (data) => socket.send(String(data)));
    socket.send(`hello ${admission.subject}`);
  });
  const port = await listen(server);
  return {
    url: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
    server,
    sockets,
    gateway,
    letIn,
    events,
    eventsOf: (name) =>
      events.filter((event): event is Extract<GatewayEvent, { event: typeof name }> => event.event === name),
    stop: async () => {
      await gateway.close();
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
    },
  };
};

/** Listens on a free port of this machine alone. */
export const listen = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};
