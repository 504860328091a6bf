import type { Socket } from 'node:net';

/** How much of what a client still sends is discarded after the last response, and for how long. */
export interface LingerLimits {
  readonly lingerMs: number;
  readonly lingerBytes: number;
}

const LINGER_CHECK_EVERY_MS = 250;

/**
 * Closes this side and discards what the client still sends, until the client closes its side or a limit is reached.
 * If ticketd closed with unread bytes, the kernel would reset the connection and the client could lose the response
 * (RFC 9112, section 9.6).
 */
export const linger = (socket: Socket, { lingerMs, lingerBytes }: LingerLimits): void => {
  const lastByte = socket.bytesRead + lingerBytes;
  const deadline = performance.now() + lingerMs;
  const check = setInterval(() => {
    if (socket.bytesRead > lastByte || performance.now() >= deadline) socket.destroy();
  }, LINGER_CHECK_EVERY_MS);
  socket.once('close', () => clearInterval(check)).once('end', () => socket.destroy());
  socket.end();
  socket.resume();
};
