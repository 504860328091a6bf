import { type Agent, type ClientRequest, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Socket } from 'node:net';
import { stallTolerantTimeout } from '../time/stall-tolerant-timeout.ts';

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
export const post = ({ url, agent, headers, body, timeoutMs }: Post): Promise<PostAnswer> =>
  new Promise((resolve, reject) => {
    let sent = false;
    let request: ClientRequest | undefined;
    const settled = (finish: () => void) => {
      stopWaiting();
      finish();
    };
    const fail = (cause: unknown) => settled(() => reject(new NoAnswer(sent, cause)));
    const stopWaiting = stallTolerantTimeout(() => {
      fail(timedOut(timeoutMs));
      request?.destroy();
    }, timeoutMs);
    try {
      const send = url.protocol === 'https:' ? overHttps : overHttp;
      request = send(url, {
        method: 'POST',
        agent,
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      });
      request.once('socket', (socket) =>
        whenConnected(socket, url, () => {
          sent = true;
        }),
      );
      request.on('error', fail);
      request.once('response', (response) => {
        read(response).then((text) => settled(() => resolve({ status: response.statusCode ?? 0, text })), fail);
      });
      request.end(body);
    } catch (cause) {
      // An agent for the other protocol, or one that throws.
      fail(cause);
    }
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

const timedOut = (timeoutMs: number): Error =>
  Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
