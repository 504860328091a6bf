import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerRefusal } from './answer-refusal.ts';
import type { EventListener } from './events.ts';
import type { UpgradeRefused } from './refused.ts';
import { type ClosableSocket, closeAtSessionEnd, closeFirmly, NOT_REDEEMABLE, TRY_AGAIN_LATER } from './session-end.ts';
import type { Admission } from './verdict.ts';

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

export interface DoorwayOptions {
  /**
   * How a client is refused: `http` (the default) answers in plain HTTP in place of the handshake; `close` accepts the
   * handshake and closes the WebSocket with 4004 (the ticket was not redeemable) or 1013 (try again): browsers hide the
   * status of a handshake from the page.
   */
  readonly refuse?: 'http' | 'close';
  /** Closes each socket with 4003 when its session ends; `true` by default for a WebSocket server. */
  readonly closeAtSessionEnd?: boolean;
}

/** Where an upgrade goes once its verdict is known. What either returns is awaited, and may reject. */
export interface UpgradeHandler {
  readonly accept: AcceptUpgrade;
  refuse(request: IncomingMessage, socket: Duplex, head: Buffer, refusal: UpgradeRefused): unknown;
}

const refuseInHttp: UpgradeHandler['refuse'] = (_request, socket, _head, refusal) => answerRefusal(socket, refusal);

export const upgradeHandlerFor = <S extends ServerSocket>(
  target: WebSocketServerLike<S> | AcceptUpgrade,
  options: DoorwayOptions,
  report: EventListener,
): UpgradeHandler => {
  if (typeof target !== 'function') {
    if (listensItself(target))
      throw new TypeError('make the WebSocketServer with noServer: true: without, it accepts every client by itself');
    return handlerOfServer(target, options, report);
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

const handlerOfServer = <S extends ServerSocket>(
  server: WebSocketServerLike<S>,
  { refuse = 'http', closeAtSessionEnd: ends = true }: DoorwayOptions,
  report: EventListener,
): UpgradeHandler => ({
  accept: (request, socket, head, admission) =>
    upgrade(server, [request, socket, head], (webSocket) => {
      if (ends) endWithSession(webSocket, admission, report);
      server.emit('connection', webSocket, request, admission);
    }),
  refuse:
    refuse === 'http'
      ? refuseInHttp
      : (request, socket, head, refusal) =>
          upgrade(server, [request, socket, head], (webSocket) => closeRefused(webSocket, refusal)),
});

/** Rejects with what the server or `open` throws, whenever the server calls it. */
const upgrade = <S extends ServerSocket>(
  server: WebSocketServerLike<S>,
  handshake: readonly [IncomingMessage, Duplex, Buffer],
  open: (webSocket: S) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    server.handleUpgrade(...handshake, (webSocket) => {
      // An application may have none: then an invalid frame of a client would end the process. `ws` closes the socket.
      webSocket.on('error', () => {});
      try {
        open(webSocket);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });

const endWithSession = (socket: ClosableSocket, admission: Admission, report: EventListener): void => {
  const { traceId, subject, sessionId } = admission;
  closeAtSessionEnd(socket, admission, () =>
    report({ event: 'session_ended', level: 'info', traceId, subject, sessionId }),
  );
};

const closeRefused = (socket: ServerSocket, { status, errorCode }: UpgradeRefused): void =>
  closeFirmly(socket, status === 503 ? TRY_AGAIN_LATER : NOT_REDEEMABLE, errorCode);
