import { once } from 'node:events';
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { createGateway } from '../../../src/gateway/gateway.ts';
import { GATEWAY_KEY } from '../redeem.ts';

/** A WebSocket server behind the gateway library, which can be stopped and started again. */
export interface DayGateway {
  /** How many WebSockets are open. */
  readonly open: number;
  /** How many pings the clients have answered. */
  readonly pongs: number;
  /** Breaks every connection, as a lost network does. */
  drop(): void;
  closeAll(code: number): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const HEARTBEAT_MS = 2_000;

export const createDayGateway = (port: number, internalUrl: string): DayGateway => {
  let end: (() => Promise<void>) | undefined;
  let clients: ReadonlySet<WebSocket> = new Set();
  let pongs = 0;
  const drop = () => {
    for (const socket of clients) socket.terminate();
  };
  return {
    get open() {
      return clients.size;
    },
    get pongs() {
      return pongs;
    },
    drop,
    closeAll: (code) => {
      for (const socket of clients) socket.close(code);
    },
    start: async () => {
      const server = createServer();
      const sockets = new WebSocketServer({ noServer: true });
      const gateway = createGateway({ redeem: { url: internalUrl, key: GATEWAY_KEY }, onEvent: () => undefined });
      gateway.protect(server, sockets, { refuse: 'close', heartbeatMs: HEARTBEAT_MS });
      sockets.on('connection', (socket) =>
        socket.on('pong', () => {
          pongs += 1;
        }),
      );
      clients = sockets.clients;
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      end = async () => {
        await gateway.close();
        drop();
        server.close();
        server.closeAllConnections();
      };
    },
    stop: async () => {
      await end?.();
      end = undefined;
    },
  };
};
