import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { HANDSHAKE_REFUSED, TRY_AGAIN_LATER } from '../protocol/close-codes.ts';
import type { Admission } from './admission.ts';
import type { EventListener, SocketEnded } from './events.ts';
import { terminateWhenSilent } from './heartbeat.ts';
import { answerRefusal } from './http-response.ts';
import type { ProtectOptions } from './options.ts';
import type { UpgradeRefused } from './refusal.ts';
import { type ClosableSocket, closeAtSessionEnd, closeOrTerminate } from './session-end.ts';

/** A WebSocket as `ws` makes them. */
export interface ServerSocket extends ClosableSocket {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** A `WebSocketServer` of `ws` with `noServer: true`, or something like it. */
export interface WebSocketServerLike<S extends ServerSocket> {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: (socket: S) => void): void;
  emit(event: 'connection', socket: S, request: IncomingMessage, admission: Admission): boolean;
}

/** Takes over the connection of an admitted client's WebSocket upgrade. */
export type AcceptUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer, admission: Admission) => unknown;

/** Accepts or refuses an upgrade, by its verdict. What either function returns is awaited, and may reject. */
export interface UpgradeHandler {
  readonly accept: AcceptUpgrade;
  refuse(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: UpgradeRefused): unknown;
}

// Below the 60 s after which nginx and ALB close an idle connection.
const HEARTBEAT_MS = 30_000;

export type UpgradeHandlerOptions = Pick<ProtectOptions, 'refuse' | 'closeAtSessionEnd' | 'heartbeatMs'>;

const refuseInHttp: UpgradeHandler['refuse'] = (_request, socket, _head, refusal) => answerRefusal(socket, refusal);

/** What the gateway does with the sockets that it opens. */
export interface SocketCare {
  readonly report: EventListener;
  /** Closes the socket when its session is revoked. */
  readonly track: (webSocket: ClosableSocket, admission: Admission) => unknown;
}

export const upgradeHandlerFor = <S extends ServerSocket>(
  target: WebSocketServerLike<S> | AcceptUpgrade,
  options: UpgradeHandlerOptions,
  care: SocketCare,
): UpgradeHandler => {
  if (typeof target !== 'function') {
    if (hasServer(target))
      throw new TypeError('make the WebSocketServer with noServer: true: without, it accepts every client by itself');
    return handlerOfServer(target, options, care);
  }
  if (options.refuse === 'close' || options.closeAtSessionEnd || options.heartbeatMs)
    throw new TypeError('refuse: "close", closeAtSessionEnd and heartbeatMs need a WebSocket server, not a function');
  return { accept: target, refuse: refuseInHttp };
};

/** Whether a WebSocketServer of `ws` was made with a server or a port of its own. */
const hasServer = (target: object): boolean => {
  const options: unknown = Reflect.get(target, 'options');
  return typeof options === 'object' && options !== null && Reflect.get(options, 'noServer') === false;
};

const handlerOfServer = <S extends ServerSocket>(
  server: WebSocketServerLike<S>,
  { refuse = 'http', closeAtSessionEnd: closes = true, heartbeatMs = HEARTBEAT_MS }: UpgradeHandlerOptions,
  { report, track }: SocketCare,
): UpgradeHandler => ({
  accept: (request, socket, head, admission) =>
    upgrade(server, [request, socket, head], (webSocket) => {
      const reportEnd = (event: SocketEnded['event']) => report(socketEnded(event, admission));
      if (closes) closeAtSessionEnd(webSocket, admission, () => reportEnd('session_ended'));
      if (heartbeatMs > 0) terminateWhenSilent(webSocket, socket, heartbeatMs, () => reportEnd('client_silent'));
      track(webSocket, admission);
      server.emit('connection', webSocket, request, admission);
    }),
  refuse:
    refuse === 'http'
      ? refuseInHttp
      : (request, socket, head, refusal) =>
          upgrade(server, [request, socket, head], (webSocket) => closeRefused(webSocket, refusal)),
});

/** Rejects with what the server or `onOpen` throws, whenever the server calls it. */
const upgrade = <S extends ServerSocket>(
  server: WebSocketServerLike<S>,
  handshake: readonly [IncomingMessage, Duplex, Buffer],
  onOpen: (webSocket: S) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    server.handleUpgrade(...handshake, (webSocket) => {
      // An application may have none: then an invalid frame of a client would end the process. `ws` closes the socket.
      webSocket.on('error', () => {});
      try {
        onOpen(webSocket);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });

const socketEnded = (event: SocketEnded['event'], { traceId, subject, sessionId }: Admission): SocketEnded => ({
  event,
  level: 'info',
  traceId,
  subject,
  sessionId,
});

const closeRefused = (socket: ServerSocket, { status, errorCode }: UpgradeRefused): void =>
  closeOrTerminate(socket, status === 503 ? TRY_AGAIN_LATER : HANDSHAKE_REFUSED, errorCode);
