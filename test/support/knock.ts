import { once } from 'node:events';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';

export interface Knock {
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a server answered a handshake: with a socket, or with plain HTTP. */
export type Answered =
  | {
      readonly status: 101;
      readonly socket: WebSocket;
      readonly headers: IncomingHttpHeaders;
      /** The first message. */
      readonly greeting: Promise<string>;
      readonly closed: Promise<readonly [code: number, reason: string]>;
    }
  | {
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly body: Readonly<Record<string, unknown>>;
    };

/** Opens a WebSocket as a browser or a program would, and resolves with whatever comes of it. */
export const knock = (url: string, { protocols = [], headers = {} }: Knock = {}): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [...protocols], { headers: { ...headers } });
    let upgraded: IncomingMessage | undefined;
    const greeting = once(socket, 'message').then(([data]) => String(data));
    // Where there is none, nobody waits for it.
    greeting.catch(() => {});
    const closed = new Promise<readonly [number, string]>((tell) => {
      socket.once('close', (code, reason) => tell([code, String(reason)]));
    });
    socket.once('upgrade', (response) => {
      upgraded = response;
    });
    socket.once('open', () => resolve({ status: 101, socket, headers: upgraded?.headers ?? {}, greeting, closed }));
    socket.once('unexpected-response', async (_request: ClientRequest, response: IncomingMessage) => {
      const { statusCode: status = 0, headers: answered } = response;
      resolve({ status, headers: answered, body: JSON.parse(await text(response)) });
    });
    socket.on('error', reject);
  });

/** As `knock`, for who must be let in. */
export const enter = async (url: string, how?: Knock): Promise<Extract<Answered, { status: 101 }>> => {
  const answered = await knock(url, how);
  if ('socket' in answered) return answered;
  throw new Error(`not let in: ${answered.status} ${JSON.stringify(answered.body)}`);
};

/** As `knock`, for who must be refused over HTTP. */
export const refused = async (url: string, how?: Knock): Promise<Exclude<Answered, { socket: WebSocket }>> => {
  const answered = await knock(url, how);
  if (!('socket' in answered)) return answered;
  answered.socket.terminate();
  throw new Error('let in');
};
