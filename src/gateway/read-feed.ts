import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { createEventStreamParser, type StreamBlock } from './event-stream.ts';
import { feedProblem } from './feed-response.ts';

export interface FeedRequest {
  readonly url: URL;
  readonly key: string;
  /** The position after which the feed begins; `undefined` means the current end. */
  readonly from: string | undefined;
  /** Makes the connection; by default each attempt has one of its own. */
  readonly agent: Agent | undefined;
  /** Gets each block of the stream; the attempt fails where it throws. */
  readonly onBlock: (block: StreamBlock) => void;
}

const RESPONSE_TIMEOUT_MS = 5000;
// ticketd sends a comment every 10 s.
const SILENCE_TIMEOUT_MS = 25_000;

/**
 * Reads a feed until it fails, ends or `signal` aborts, and resolves with the reason; never rejects. Neither the
 * connection nor a timer keeps the process running.
 */
export const readFeed = (feed: FeedRequest, signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    let request: ClientRequest | undefined;
    let isOver = false;
    const end = (reason: unknown) => {
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      request?.destroy();
      resolve(reason);
    };
    const abort = () => end(signal.reason);
    const startTimeout = (ms: number) => setTimeout(() => end(new Error(`no data within ${ms} ms`)), ms).unref();
    let timer = startTimeout(RESPONSE_TIMEOUT_MS);
    signal.addEventListener('abort', abort, { once: true });

    const parse = createEventStreamParser((block) => {
      if (!isOver) feed.onBlock(block);
    });
    const read = (response: IncomingMessage) => {
      const problem = feedProblem(response);
      if (problem !== undefined) return end(problem);
      const keepWaiting = () => {
        clearTimeout(timer);
        timer = startTimeout(SILENCE_TIMEOUT_MS);
      };
      keepWaiting();
      response.setEncoding('utf8').on('data', (text: string) => {
        if (isOver) return;
        keepWaiting();
        attempt(() => parse(text), end);
      });
      response.on('error', end);
      response.once('end', () => end(new Error('the feed ended')));
    };

    attempt(() => {
      request = openRequest(feed).on('error', end).once('response', read);
    }, end);
  });

const attempt = (work: () => void, onError: (error: unknown) => void): void => {
  try {
    work();
  } catch (error) {
    onError(error);
  }
};

// Throws where the agent does, for example one for the other protocol.
const openRequest = ({ url, key, from, agent }: FeedRequest): ClientRequest => {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const headers = {
    Accept: 'text/event-stream',
    Authorization: `Bearer ${key}`,
    'User-Agent': 'ticketd-gateway',
    ...(from !== undefined && { 'Last-Event-ID': from }),
  };
  const request = send(url, { agent: agent ?? false, headers });
  return request.once('socket', unref).end();
};

const unref = (socket: Socket): void => {
  socket.unref();
  // The handle changes while Node.js tries several addresses.
  socket.once('connect', () => socket.unref());
};
