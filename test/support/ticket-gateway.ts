import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { bearer } from './jwt.ts';
import { createPost } from './pooled-post.ts';
import { GATEWAY_KEY, REDEEM_PATH } from './redeem.ts';

/** A WebSocket server that redeems the ticket of each handshake, and echoes what it is sent. */
export interface TicketGateway {
  readonly url: string;
  /** Those presented so far. */
  readonly tickets: ReadonlySet<string>;
  /** How many of them could not be redeemed. */
  readonly refused: number;
  /** How many messages were received, and sent back. */
  readonly echoed: number;
  readonly open: ReadonlySet<WebSocket>;
  /** Answers handshakes with this status from now on, without redeeming; the usual way again after 101. */
  answerWith(status: number): void;
  stop(): Promise<void>;
}

const AUDIENCE = 'chat';
const PROTOCOL = 'ticketd.';

/** Redeems at a service that has GATEWAY_KEY among its keys. */
export const startGateway = async ({ internalUrl }: { readonly internalUrl: string }): Promise<TicketGateway> => {
  const server = createServer();
  // The real subprotocol, never the ticket.
  const handleProtocols = (offered: Set<string>) => [...offered].find((name) => !name.startsWith(PROTOCOL)) ?? false;
  const sockets = new WebSocketServer({ noServer: true, handleProtocols });
  const post = createPost();
  const tickets = new Set<string>();
  let refused = 0;
  let echoed = 0;
  let answer = 101;

  const redeem = async (ticket: string): Promise<number> => {
    tickets.add(ticket);
    if (answer !== 101) return answer;
    const headers = { ...bearer(GATEWAY_KEY), 'Content-Type': 'application/json' };
    const { status } = await post(internalUrl + REDEEM_PATH, headers, JSON.stringify({ ticket, audience: AUDIENCE }));
    if (status === 403) refused += 1;
    return status === 200 ? 101 : status;
  };

  const echo = (socket: WebSocket) => {
    socket.on('message', (data, isBinary) => {
      socket.send(data, { binary: isBinary });
      echoed += 1;
    });
    socket.on('error', () => socket.terminate());
  };

  server.on('upgrade', async (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const status = await redeem(ticketOf(request)).catch(() => 503);
    if (status === 101) sockets.handleUpgrade(request, socket, head, echo);
    else socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\n\r\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/socket`,
    tickets,
    get refused() {
      return refused;
    },
    get echoed() {
      return echoed;
    },
    open: sockets.clients,
    answerWith: (status) => {
      answer = status;
    },
    stop: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

const ticketOf = ({ url = '', headers }: IncomingMessage): string => {
  const offered = headers['sec-websocket-protocol']?.split(/, */) ?? [];
  const inProtocol = offered.find((name) => name.startsWith(PROTOCOL))?.slice(PROTOCOL.length);
  return inProtocol ?? new URL(url, 'ws://gateway').searchParams.get('ticket') ?? '';
};
