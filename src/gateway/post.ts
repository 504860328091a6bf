import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { patientTimeout } from '../time/stall-tolerant-timeout.ts';

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
export const post = ({ url, agent, headers, body, timeoutMs }: Post): Promise<PostResponse> =>
  new Promise((resolve, reject) => {
    let sent = false;
    let request: ClientRequest | undefined;
    const fail = (cause: unknown) => {
      stopTimeout();
      reject(new NoResponseError(sent, cause));
    };
    const stopTimeout = patientTimeout(() => {
      fail(timedOut(timeoutMs));
      request?.destroy();
    }, timeoutMs);
    try {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const length = { 'Content-Length': Buffer.byteLength(body) };
      request = send(url, { method: 'POST', agent, headers: { ...headers, ...length } });
      request.once('socket', (socket) =>
        whenConnected(socket, url, () => {
          sent = true;
        }),
      );
      request.on('error', fail);
      request.once('response', (response) => {
        read(response).then((text) => {
          stopTimeout();
          resolve({ status: response.statusCode ?? 0, text });
        }, fail);
      });
      request.end(body);
    } catch (cause) {
      // An agent for the other protocol, or one that throws.
      fail(cause);
    }
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

const timedOut = (timeoutMs: number): Error =>
  Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
