import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { bearer } from '../jwt.ts';
import { GATEWAY_KEY, REDEEM_PATH } from '../redeem.ts';

/** A server of events that redeems the ticket of each request, and can be stopped and started again. */
export interface StreamGateway {
  readonly sourceUrl: string;
  /** Last-Event-ID of each stream that was opened. */
  readonly opened: readonly (string | undefined)[];
  /** Tickets that could not be redeemed. */
  readonly refused: number;
  /** Sends text on every open stream. */
  send(text: string): void;
  /** Ends every stream. */
  end(): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export const createStreamGateway = (port: number, internalUrl: string): StreamGateway => {
  const streams = new Set<ServerResponse>();
  const opened: (string | undefined)[] = [];
  let refused = 0;

  const isRedeemable = async ({ url = '', headers }: IncomingMessage): Promise<boolean> => {
    const ticket = new URL(url, 'http://server').searchParams.get('ticket');
    const { status } = await fetch(internalUrl + REDEEM_PATH, {
      method: 'POST',
      headers: { ...bearer(GATEWAY_KEY), 'Content-Type': 'application/json' },
      body: JSON.stringify({ ticket, origin: headers.origin ?? null }),
    });
    return status === 200;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '');
    response.setHeader('Access-Control-Allow-Headers', 'Last-Event-ID');
    // The browser asks before it sends Last-Event-ID to another origin; that request must not use up the ticket.
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    if (!(await isRedeemable(request))) {
      refused += 1;
      return response.writeHead(403).end();
    }
    opened.push(request.headers['last-event-id'] as string | undefined);
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    streams.add(response);
    return response.once('close', () => streams.delete(response));
  };

  const listenAgain = async () => {
    const server = createServer((request, response) => answer(request, response).catch(() => response.destroy()));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };

  let server: Awaited<ReturnType<typeof listenAgain>> | undefined;
  return {
    sourceUrl: `http://127.0.0.1:${port}/events`,
    opened,
    get refused() {
      return refused;
    },
    send: (text) => {
      for (const stream of streams) stream.write(text);
    },
    end: () => {
      for (const stream of streams) stream.end();
    },
    start: async () => {
      server = await listenAgain();
    },
    stop: async () => {
      if (!server) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      server = undefined;
    },
  };
};
