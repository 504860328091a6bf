import type { IncomingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';

export interface Offer {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly protocols?: readonly string[];
  /** The address to come from. */
  readonly localAddress?: string;
}

/** What became of a handshake: 101 and an open socket, or a plain HTTP answer. */
export interface Opening {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What the server chose of the subprotocols; empty where none. */
  readonly protocol: string;
  /** What came back for a message; undefined where the socket did not open. */
  readonly echo: string | undefined;
}

/** Opens a socket as a client would, sends one message over it, and closes it. */
export const openSocket = (url: string, { headers = {}, protocols = [], localAddress }: Offer = {}): Promise<Opening> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...protocols], { headers: headers as Record<string, string>, localAddress });
    let answered: IncomingHttpHeaders = {};
    socket.once('upgrade', (response) => {
      answered = response.headers;
    });
    socket.once('open', () => socket.send('hello'));
    socket.once('message', (data) => {
      socket.close();
      resolve({ status: 101, headers: answered, protocol: socket.protocol, echo: String(data) });
    });
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers, protocol: '', echo: undefined });
    });
    socket.once('error', reject);
  });
