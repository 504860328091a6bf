import type { Duplex } from 'node:stream';

/**
 * Returns a function that says whether anything has taken the socket of an upgrade: reads it, has closed it, or has
 * written to it since this call. Listeners of its errors and its end do not count: what takes a socket reads or answers.
 */
export const watchTaken = (socket: Duplex): (() => boolean) => {
  // The response to an earlier request may still be written to this connection: then bytes are no evidence.
  const answering = Boolean(Reflect.get(socket, '_httpMessage'));
  const before = bytesWrittenTo(socket);
  return () => !socket.writable || isRead(socket) || (!answering && bytesWrittenTo(socket) > before);
};

// Node hands over the socket of an upgrade with nothing that reads it.
const isRead = (socket: Duplex): boolean =>
  socket.readableFlowing !== null || socket.listenerCount('data') + socket.listenerCount('readable') > 0;

const bytesWrittenTo = (socket: Duplex): number => Number(Reflect.get(socket, 'bytesWritten') ?? 0);

/** Calls `onLeft` where nothing takes the socket within the time limit. */
export const whenLeft = (socket: Duplex, isTaken: () => boolean, timeoutMs: number, onLeft: () => void): void => {
  const timer = setTimeout(() => {
    if (!isTaken()) onLeft();
  }, timeoutMs).unref();
  socket.once('close', () => clearTimeout(timer));
};
