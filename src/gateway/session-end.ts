import { SESSION_EXPIRED } from '../protocol/close-codes.ts';

/** The part of an open WebSocket that closing needs; `ws` has it. */
export interface ClosableSocket {
  /** As in the WebSocket interface: 3 once the socket is closed. */
  readonly readyState?: number;
  close(code: number, reason: string): void;
  /** Destroys the connection. */
  terminate?(): void;
  once(event: 'close', listener: () => void): unknown;
}

const CLOSED = 3;

/** Whether the socket has closed: it has no further `close` event. */
export const isClosed = ({ readyState }: ClosableSocket): boolean => readyState === CLOSED;

/** How long the client has to confirm the close, in milliseconds. */
const GRACE_MS = 2000;
// A timer cannot wait longer than 2 ** 31 ms: a session that lasts longer is checked once a day.
const RECHECK_MS = 86_400_000;

/** Closes a WebSocket, and terminates it where the client does not confirm the close in time. */
export const closeOrTerminate = (socket: ClosableSocket, code: number, reason: string): void => {
  const timer = setTimeout(() => socket.terminate?.(), GRACE_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.close(code, reason);
};

/**
 * Closes a WebSocket with 4003 when its session ends, then calls `onEnd`. Counts `sessionExpiresIn` from this call on,
 * whatever the clock of this machine says. The timer neither keeps the process running nor outlives the socket.
 */
export const closeAtSessionEnd = (
  socket: ClosableSocket,
  { sessionExpiresIn }: { readonly sessionExpiresIn: number },
  onEnd = () => {},
): void => {
  if (isClosed(socket)) return;
  const endsAt = performance.now() + sessionExpiresIn * 1000;
  let timer: NodeJS.Timeout;
  const closeOrWait = () => {
    const leftMs = endsAt - performance.now();
    if (leftMs > 0) {
      timer = setTimeout(closeOrWait, Math.min(Math.ceil(leftMs), RECHECK_MS)).unref();
      return;
    }
    closeOrTerminate(socket, SESSION_EXPIRED, 'session ended');
    onEnd();
  };
  closeOrWait();
  socket.once('close', () => clearTimeout(timer));
};
