/** What of an open WebSocket is needed to end it; `ws` has it. */
export interface ClosableSocket {
  close(code: number, reason: string): void;
  /** Cuts the connection. */
  terminate?(): void;
  once(event: 'close', listener: () => void): unknown;
}

// 4000 and up are for applications (RFC 6455, section 7.4.2).
const SESSION_ENDED = 4003;
/** The ticket was not redeemable: a new one may be. */
export const NOT_REDEEMABLE = 4004;
/** Try again later (IANA's registry of close codes). */
export const TRY_AGAIN_LATER = 1013;

/** How long the other side has to agree to the end, in milliseconds. */
const GRACE_MS = 2000;
// A timer holds no more than 2 ** 31 ms.
const LONGEST_TIMEOUT_MS = 86_400_000;

/** Closes, and cuts the connection where the other side does not go along. */
export const closeFirmly = (socket: ClosableSocket, code: number, reason: string): void => {
  const timer = setTimeout(() => socket.terminate?.(), GRACE_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  socket.close(code, reason);
};

/**
 * Closes a WebSocket with 4003 when its session ends, then calls `onEnd`. Counts the seconds of the admission from this
 * call on, whatever the clock of this machine says. Neither keeps the process running nor outlives the socket.
 */
export const closeAtSessionEnd = (
  socket: ClosableSocket,
  { sessionExpiresIn }: { readonly sessionExpiresIn: number },
  onEnd = () => {},
): void => {
  const endsAt = performance.now() + sessionExpiresIn * 1000;
  let timer: NodeJS.Timeout;
  const look = () => {
    const left = endsAt - performance.now();
    if (left > 0) {
      timer = setTimeout(look, Math.min(Math.ceil(left), LONGEST_TIMEOUT_MS)).unref();
      return;
    }
    closeFirmly(socket, SESSION_ENDED, 'session ended');
    onEnd();
  };
  look();
  socket.once('close', () => clearTimeout(timer));
};
