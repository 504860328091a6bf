import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { codedError } from '../../protocol/coded-error.ts';
import { afterNextRead } from './after-next-read.ts';
import { type LingerLimits, linger } from './linger.ts';
import { malformedRequestResponse, REQUEST_TIMED_OUT } from './malformed-request.ts';
import type { OpenRequests } from './open-requests.ts';

/** The connection of one client; its requests are answered one after the other. */
export interface Connection {
  /** The request that is being answered, if any. */
  readonly current: IncomingMessage | undefined;
  /** Answers a request after all earlier ones. */
  add(request: IncomingMessage, response: ServerResponse): void;
  /** Answers bytes that are not a request after all earlier requests, then closes. */
  refuse(error: NodeJS.ErrnoException): void;
  /** Ends the connection with the response to the last open request, or to the next one. */
  drain(): void;
  /** To be called when nothing happened on the connection during its time limit. */
  timeOut(): void;
  /** Closes the connection if it only waits for its client: to send the rest of a request, or to read a response. */
  closeIfWaitingForClient(): void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface IdleLimit {
  /** How long a connection stays open between two requests. */
  readonly keepAliveMs: number;
}

export interface ConnectionOptions extends LingerLimits, IdleLimit {
  readonly openRequests: OpenRequests;
  /** How long a request may make no progress. */
  readonly stalledMs: number;
}

/**
 * The next request waits unread in the kernel, so that a client has one request in progress, however many it pipelines:
 * the requests of all connections then take turns. Only requests that arrived in one packet with an earlier one wait
 * here.
 */
export const createConnection = (
  socket: Socket,
  handler: RequestListener,
  { openRequests, keepAliveMs, stalledMs, ...limits }: ConnectionOptions,
): Connection => {
  const open: Exchange[] = [];
  let latest: IncomingMessage | undefined;
  let malformed: NodeJS.ErrnoException | undefined;
  let draining = false;
  // The response in progress has "Connection: close": later requests are not processed (RFC 9112, section 9.6).
  let isLast = false;
  let closed = false;
  // All bytes up to here belong to requests that are over.
  let bytesOver = 0;

  const mustWait = () => !closed && (open.length > 1 || malformed !== undefined);

  const close = (): void => {
    if (closed || socket.destroyed) return;
    closed = true;
    latest?.resume();
    linger(socket, limits);
  };

  const answerMalformed = (error: NodeJS.ErrnoException): void => {
    if (closed) return;
    // Otherwise the bytes belong to a request that already has its response.
    if (latest?.complete !== false) socket.write(malformedRequestResponse(error));
    close();
  };

  // By this flag Node adds "Connection: close" when it writes the headers, even if middleware removed headers.
  const endAfterLast = (): void => {
    const [current] = open;
    if (!draining || current === undefined || open.length > 1 || malformed !== undefined) return;
    if (current.response.headersSent) return;
    current.response.shouldKeepAlive = false;
    isLast = true;
  };

  const becomeIdle = (): void => {
    bytesOver = socket.bytesRead;
    // Instead of the shorter time that Node took from the header.
    socket.setTimeout(keepAliveMs);
  };

  const isIdle = () => !closed && open.length === 0 && malformed === undefined && socket.bytesRead === bytesOver;

  // A request may wait unread in the kernel.
  const closeIfIdle = (): void =>
    afterNextRead(() => {
      if (isIdle()) close();
    });

  // The next request has begun to arrive, and its own time limits apply; or the last one ended after its response.
  const waitForRest = (): void => {
    bytesOver = socket.bytesRead;
    socket.setTimeout(stalledMs);
  };

  const timeOut = (): void => {
    if (closed) return;
    if (open.length > 0) return void socket.destroy();
    if (isIdle()) closeIfIdle();
    else waitForRest();
  };

  const start = ({ request, response }: Exchange): void => {
    endAfterLast();
    handler(request, response);
    // After the handler's own listeners, which make room for the next request.
    response.once('close', () => process.nextTick(next));
  };

  const next = (): void => {
    if (open.shift() !== undefined) openRequests.remove(1);
    if (socket.destroyed) return;
    const [following] = open;
    if (following !== undefined) start(following);
    else if (malformed !== undefined) answerMalformed(malformed);
    else becomeIdle();
    if (!mustWait()) socket.resume();
  };

  // Reading a body, or discarding the rest of it, resumes the whole connection.
  socket.on('resume', () => {
    if (mustWait()) socket.pause();
  });

  socket.once('close', () => openRequests.remove(open.splice(0).length));

  // CONNECT detaches the connection from Node's server, and with it the only other listener.
  socket.on('error', () => socket.destroy());

  // Node calls it after the last response, and would reset a connection whose client still sends.
  socket.destroySoon = close;

  const refuse = (error: NodeJS.ErrnoException): void => {
    if (closed) return;
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    if (malformed !== undefined) return;
    malformed = error;
    // When the body of the latest request is broken, that request gets this response instead of its own.
    if (latest?.complete === false && open.at(-1)?.response.headersSent === false) {
      open.pop();
      openRequests.remove(1);
      latest = undefined;
    }
    if (open.length === 0) answerMalformed(error);
    else socket.pause();
  };

  return {
    get current() {
      return open[0]?.request;
    },
    add: (request, response) => {
      if (isLast || closed || malformed !== undefined) return;
      if (openRequests.isTooFarAhead(open.length)) return void socket.destroy();
      openRequests.add();
      latest = request;
      open.push({ request, response });
      if (open.length === 1) start({ request, response });
      else socket.pause();
    },
    refuse,
    timeOut,
    drain: () => {
      draining = true;
      endAfterLast();
    },
    closeIfWaitingForClient: () => {
      const [current] = open;
      if (closed || socket.bytesRead === 0 || current?.response.writableEnded) return void socket.destroy();
      if (current?.request.complete) return;
      refuse(codedError(REQUEST_TIMED_OUT, 'the client has not sent its request'));
    },
  };
};
