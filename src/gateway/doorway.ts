import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerRefusal } from './answer-refusal.ts';
import type { Admission } from './authenticate.ts';
import type { Tell } from './events.ts';
import type { UpgradeRefused } from './refused.ts';
import { type ClosableSocket, closeAtSessionEnd, closeFirmly, FINAL, TRY_AGAIN_LATER } from './session-end.ts';

/** A WebSocket as `ws` makes them. */
export interface ServerSocket extends ClosableSocket {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** A `WebSocketServer` of `ws` with `noServer: true`, or something like it. */
export interface WebSocketServerLike<S extends ServerSocket> {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, done: (socket: S) => void): void;
  emit(event: 'connection', socket: S, request: IncomingMessage, admission: Admission): boolean;
}

/** Takes over the connection of an admitted client, in whatever protocol. */
export type AcceptUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer, admission: Admission) => void;

export interface DoorwayOptions {
  /**
   * How a client is refused: by a plain HTTP answer in place of the handshake (`http`, unless given), or by a WebSocket
   * that is closed at once, with 4001 where that is final and 1013 where it may try again (`close`): browsers hide the
   * status of a handshake from the page.
   */
  readonly refuse?: 'http' | 'close';
  /** Closes each socket with 4001 when its session ends. */
  readonly closeAtSessionEnd?: boolean;
}

/** Where an upgrade goes once it is known who it is from. */
export interface Doorway {
  readonly accept: AcceptUpgrade;
  refuse(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: UpgradeRefused): void;
}

const refuseInHttp: Doorway['refuse'] = (_request, socket, _head, refusal) => answerRefusal(socket, refusal);

export const doorwayTo = <S extends ServerSocket>(
  target: WebSocketServerLike<S> | AcceptUpgrade,
  options: DoorwayOptions,
  tell: Tell,
): Doorway => {
  if (typeof target !== 'function') {
    if (listensItself(target))
      throw new TypeError('make the WebSocketServer with noServer: true: it would let everybody in by itself');
    return doorwayToServer(target, options, tell);
  }
  if (options.refuse === 'close' || options.closeAtSessionEnd)
    throw new TypeError('refuse: "close" and closeAtSessionEnd need a WebSocket server, not a function');
  return { accept: target, refuse: refuseInHttp };
};

/** Whether it is a server of `ws` that was given a server or a port of its own. */
const listensItself = (server: object): boolean => {
  const options: unknown = Reflect.get(server, 'options');
  return typeof options === 'object' && options !== null && Reflect.get(options, 'noServer') === false;
};

const doorwayToServer = <S extends ServerSocket>(
  server: WebSocketServerLike<S>,
  { refuse = 'http', closeAtSessionEnd: ends = false }: DoorwayOptions,
  tell: Tell,
): Doorway => ({
  accept: (request, socket, head, admission) =>
    server.handleUpgrade(request, socket, head, (webSocket) => {
      if (ends) endWithSession(webSocket, admission, tell);
      server.emit('connection', webSocket, request, admission);
    }),
  refuse:
    refuse === 'http'
      ? refuseInHttp
      : (request, socket, head, refusal) =>
          server.handleUpgrade(request, socket, head, (webSocket) => closeRefused(webSocket, refusal)),
});

const endWithSession = (socket: ClosableSocket, admission: Admission, tell: Tell): void => {
  const { sessionExpiresAt, traceId, subject, sessionId } = admission;
  closeAtSessionEnd(socket, sessionExpiresAt, () =>
    tell({ event: 'session_ended', level: 'info', traceId, subject, sessionId }),
  );
};

const closeRefused = (socket: ServerSocket, { status, errorCode }: UpgradeRefused): void => {
  // The application never gets to see this socket.
  socket.on('error', () => socket.terminate?.());
  closeFirmly(socket, status === 503 ? TRY_AGAIN_LATER : FINAL, errorCode);
};
