import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** A handshake as it reached the upstream; header names as they were sent. */
export interface SeenHandshake {
  readonly uri: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A WebSocket server behind a proxy: it knows nothing of tickets, speaks `chat.v1` and echoes. */
export interface Upstream {
  readonly port: number;
  readonly seen: readonly SeenHandshake[];
  stop(): Promise<void>;
}

export const startUpstream = async (): Promise<Upstream> => {
  const seen: SeenHandshake[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (protocols) => (protocols.has('chat.v1') ? 'chat.v1' : false),
  });
  server.prependListener('upgrade', ({ url = '', rawHeaders }) => seen.push({ uri: url, headers: pairs(rawHeaders) }));
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => socket.send(String(data)));
    // Caddy says goodbye as a server would, which ws takes amiss.
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const pairs = (rawHeaders: readonly string[]): SeenHandshake['headers'] =>
  rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
