import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { within } from '../time/timeouts.ts';

export interface Post {
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the connection to the last byte of the response, in milliseconds. */
  readonly timeoutMs: number;
}

export interface PostResponse {
  readonly status: number;
  readonly text: string;
}

/** There was no complete response. Where the request was `sent`, the server may have acted upon it. */
export class NoResponseError extends Error {
  override readonly name = 'NoResponseError';
  readonly sent: boolean;

  constructor(sent: boolean, cause: unknown) {
    super('no response', { cause });
    this.sent = sent;
  }
}

// Far above any response of ticketd.
const MAX_CHARACTERS = 65_536;

/** Sends one request, once, and reads the response; rejects with `NoResponseError`. */
export const post = async (message: Post): Promise<PostResponse> => {
  let sent = false;
  const onConnected = () => {
    sent = true;
  };
  try {
    return await within(message.timeoutMs, (signal) => exchange(message, onConnected, signal));
  } catch (cause) {
    throw new NoResponseError(sent, cause);
  }
};

// It also rejects when the agent throws, for example one for the other protocol.
const exchange = (
  { url, agent, headers, body }: Post,
  onConnected: () => void,
  signal: AbortSignal,
): Promise<PostResponse> =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
    });
    signal.addEventListener('abort', () => request.destroy(), { once: true });
    request.once('socket', (socket) => whenConnected(socket, url, onConnected));
    request.on('error', reject);
    request.once('response', (response) => {
      read(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    request.end(body);
  });

// Until then not a byte of the request was sent.
const whenConnected = (socket: Socket, { protocol }: URL, onConnected: () => void): void => {
  if (!socket.connecting) onConnected();
  else socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', onConnected);
};

const read = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const part of response.setEncoding('utf8')) {
    text += part;
    if (text.length > MAX_CHARACTERS) throw new Error('the response is too long');
  }
  return text;
};
