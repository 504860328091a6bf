/** What of an open WebSocket is needed to end it; `ws` has it. */
export interface ClosableSocket {
  close(code: number, reason: string): void;
  /** Cuts the connection. */
  terminate?(): void;
  once(event: 'close', listener: () => void): unknown;
}

/** Final, by the client's lights: the same attempt would end the same way. 4000 and up are for applications (RFC 6455, section 7.4.2). */
export const FINAL = 4001;
/** Try again later (IANA's registry of close codes). */
export const TRY_AGAIN_LATER = 1013;

/** How long the other side has to agree to the end, in milliseconds. */
const GRACE_MS = 2000;
// A timer does not see the clock being set or the machine asleep, and holds no more than 2 ** 31 ms.
const LOOK_AGAIN_MS = 3_600_000;

/** Closes, and cuts the connection where the other side does not go along. */
export const closeFirmly = (socket: ClosableSocket, code: number, reason: string): void => {
  const timer = setTimeout(() => socket.terminate?.(), GRACE_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.close(code, reason);
};

/**
 * Closes a WebSocket with 4001 when its session ends, then calls `onEnd`. Neither keeps the process running nor
 * outlives the socket.
 */
export const closeAtSessionEnd = (socket: ClosableSocket, sessionExpiresAt: Date, onEnd = () => {}): void => {
  let timer: NodeJS.Timeout;
  const look = () => {
    const left = sessionExpiresAt.getTime() - Date.now();
    if (left > 0) {
      timer = setTimeout(look, Math.min(left, LOOK_AGAIN_MS)).unref();
      return;
    }
    closeFirmly(socket, FINAL, 'session ended');
    onEnd();
  };
  look();
  socket.once('close', () => clearTimeout(timer));
};
