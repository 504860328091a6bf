import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** A request as it reached the upstream; header names as they were sent. */
export interface SeenRequest {
  readonly uri: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A server behind a proxy that knows nothing of tickets: sockets that speak `chat.v1` and echo, events, and files. */
export interface Upstream {
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  /** Sends an event to every open EventSource. */
  sendEvent(data: string): void;
  stop(): Promise<void>;
}

export const startUpstream = async (): Promise<Upstream> => {
  const seen: SeenRequest[] = [];
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    seen.push(seenOf(request));
    if (request.url?.startsWith('/events')) return startEvents(response, streams);
    response.setHeader('Content-Disposition', 'attachment; filename="report.txt"').end('the whole report');
  });
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (protocols) => (protocols.has('chat.v1') ? 'chat.v1' : false),
  });
  server.prependListener('upgrade', (request) => seen.push(seenOf(request)));
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
    sendEvent: (data) => {
      for (const stream of streams) stream.write(`data: ${data}\n\n`);
    },
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const startEvents = (response: ServerResponse, streams: Set<ServerResponse>): void => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: hello\n\n');
  streams.add(response);
  response.once('close', () => streams.delete(response));
};

const seenOf = ({ url = '', rawHeaders }: IncomingMessage): SeenRequest => ({ uri: url, headers: pairs(rawHeaders) });

const pairs = (rawHeaders: readonly string[]): SeenRequest['headers'] =>
  rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1] ?? ''] as const] : []));
