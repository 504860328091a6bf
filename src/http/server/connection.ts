import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type LingerLimits, linger } from './linger.ts';
import { brokenRequestAnswer, REQUEST_TIMED_OUT } from './malformed-request.ts';
import type { OpenRequests } from './open-requests.ts';

/** One client's connection, whose requests are answered one after the other. */
export interface Connection {
  /** The request that is being answered, if any. */
  readonly current: IncomingMessage | undefined;
  /** Answers a request once all before it are answered. */
  add(request: IncomingMessage, response: ServerResponse): void;
  /** Answers bytes that are not a request once all requests before them are answered, then closes. */
  refuse(error: NodeJS.ErrnoException): void;
  /** Makes the last of the open requests, or the next one, end the connection. */
  drain(): void;
  /** Closes the connection if nothing but its client holds it: half a request, or a response that is not read. */
  closeUnlessWorking(): void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface ConnectionOptions extends LingerLimits {
  readonly openRequests: OpenRequests;
}

/**
 * The next request waits unread in the kernel, so that no client has more than one request in progress, however many
 * it sends ahead: requests of all connections then take turns. Only what arrived in one piece with an earlier request
 * waits here.
 */
export const createConnection = (
  socket: Socket,
  handler: RequestListener,
  { openRequests, ...limits }: ConnectionOptions,
): Connection => {
  const open: Exchange[] = [];
  let latest: IncomingMessage | undefined;
  let broken: NodeJS.ErrnoException | undefined;
  let draining = false;
  // The response in progress says "Connection: close": what follows is not processed (RFC 9112, section 9.6).
  let isLast = false;
  let closed = false;

  const mustWait = () => !closed && (open.length > 1 || broken !== undefined);

  const close = (): void => {
    if (closed) return;
    closed = true;
    latest?.resume();
    linger(socket, limits);
  };

  const answerBroken = (error: NodeJS.ErrnoException): void => {
    if (closed) return;
    // Otherwise they belong to a request that has its response.
    if (latest?.complete !== false) socket.write(brokenRequestAnswer(error));
    close();
  };

  // Node writes "Connection: close" by this flag when the headers go out, whichever headers were removed in between.
  const endAfterLast = (): void => {
    const [current] = open;
    if (!draining || current === undefined || open.length > 1 || broken !== undefined) return;
    if (current.response.headersSent) return;
    current.response.shouldKeepAlive = false;
    isLast = true;
  };

  const start = ({ request, response }: Exchange): void => {
    endAfterLast();
    handler(request, response);
    // Later than what the handler does at the end of a request: it has made room by then.
    response.once('close', () => process.nextTick(next));
  };

  const next = (): void => {
    if (open.shift() !== undefined) openRequests.remove(1);
    if (socket.destroyed) return;
    const [following] = open;
    if (following !== undefined) start(following);
    else if (broken !== undefined) answerBroken(broken);
    if (!mustWait()) socket.resume();
  };

  // Reading a body or discarding the rest of one resumes the whole connection.
  socket.on('resume', () => {
    if (mustWait()) socket.pause();
  });

  socket.once('close', () => openRequests.remove(open.splice(0).length));

  // CONNECT detaches the connection from Node's server, and with it the only other listener.
  socket.on('error', () => socket.destroy());

  // What Node calls after a response that ends the connection: it would reset one whose client still sends.
  socket.destroySoon = close;

  const refuse = (error: NodeJS.ErrnoException): void => {
    if (closed) return;
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    if (broken !== undefined) return;
    broken = error;
    // Where the body of the latest request is what is broken, that request gets this response in place of its own.
    if (latest?.complete === false && open.at(-1)?.response.headersSent === false) {
      open.pop();
      openRequests.remove(1);
      latest = undefined;
    }
    if (open.length === 0) answerBroken(error);
    else socket.pause();
  };

  return {
    get current() {
      return open[0]?.request;
    },
    add: (request, response) => {
      if (isLast || closed || broken !== undefined) return;
      if (openRequests.isTooFarAhead(open.length)) return void socket.destroy();
      openRequests.add();
      latest = request;
      open.push({ request, response });
      if (open.length === 1) start({ request, response });
      else socket.pause();
    },
    refuse,
    drain: () => {
      draining = true;
      endAfterLast();
    },
    closeUnlessWorking: () => {
      const [current] = open;
      if (closed || socket.bytesRead === 0 || current?.response.writableEnded) return void socket.destroy();
      if (current?.request.complete) return;
      refuse(Object.assign(new Error('the client has not sent its request'), { code: REQUEST_TIMED_OUT }));
    },
  };
};
