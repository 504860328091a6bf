import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { stallTolerantTimeout } from '../time/timeouts.ts';

/** The part of an open WebSocket that a heartbeat needs; `ws` has it. */
interface PingableSocket {
  ping(): void;
  terminate(): void;
}

/** The part of a WebSocket that any of them has. */
interface OpenSocket {
  once(event: 'close', listener: () => void): unknown;
}

/**
 * Pings a WebSocket, and terminates it where nothing has moved on its connection by the time of the next ping; then calls
 * `onSilent`. Does nothing for a socket that cannot ping, and for a connection that is not of `node:net` or `node:tls`.
 */
export const terminateWhenSilent = (
  webSocket: OpenSocket,
  connection: Duplex,
  heartbeatMs: number,
  onSilent: () => void,
): void => {
  if (!(canPing(webSocket) && connection instanceof Socket)) return;
  let atPing: string | undefined;
  const beat = () => {
    const progress = progressOf(connection);
    // A pong cannot be read while the application has paused the socket.
    if (progress === atPing && !connection.isPaused()) {
      webSocket.terminate();
      return onSilent();
    }
    atPing = progress;
    webSocket.ping();
    cancel = stallTolerantTimeout(beat, heartbeatMs);
  };
  let cancel = stallTolerantTimeout(beat, heartbeatMs);
  webSocket.once('close', () => cancel());
};

const canPing = <S extends OpenSocket>(webSocket: S): webSocket is S & PingableSocket =>
  ['ping', 'terminate'].every((name) => typeof Reflect.get(webSocket, name) === 'function');

/**
 * Changes when bytes arrive, and when the kernel takes bytes that waited (with TLS: all of them). A pong may be late
 * behind a long message in either direction: a client that still moves bytes is alive.
 */
const progressOf = (connection: Socket): string =>
  `${connection.bytesRead} ${Reflect.get(Object(Reflect.get(connection, '_handle')), 'writeQueueSize')}`;
