import { type Agent, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Socket } from 'node:net';
import { within } from '../time/within.ts';

export interface Post {
  readonly url: URL;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For all of it, from the connection to the last byte of the answer, in milliseconds. */
  readonly timeoutMs: number;
}

export interface PostAnswer {
  readonly status: number;
  readonly text: string;
}

/** There was no answer; `sent` tells whether the request may have been acted upon all the same. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly sent: boolean;

  constructor(sent: boolean, cause: unknown) {
    super('no answer', { cause });
    this.sent = sent;
  }
}

// Far above any answer that there is.
const MAX_CHARACTERS = 65_536;

/** Sends one request, once, and reads the response; rejects with `NoAnswer`. */
export const post = async (message: Post): Promise<PostAnswer> => {
  let sent = false;
  const onConnected = () => {
    sent = true;
  };
  try {
    return await within(message.timeoutMs, (signal) => exchange(message, onConnected, signal));
  } catch (cause) {
    throw new NoAnswer(sent, cause);
  }
};

// It also rejects when the agent throws, for example one for the other protocol.
const exchange = (
  { url, agent, headers, body }: Post,
  onConnected: () => void,
  signal: AbortSignal,
): Promise<PostAnswer> =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? overHttps : overHttp;
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

// Until then not a byte of the request has gone out.
const whenConnected = (socket: Socket, { protocol }: URL, react: () => void): void => {
  if (!socket.connecting) react();
  else socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', react);
};

const read = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const part of response.setEncoding('utf8')) {
    text += part;
    if (text.length > MAX_CHARACTERS) throw new Error('the answer is too long');
  }
  return text;
};
