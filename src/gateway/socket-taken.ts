import type { Duplex } from 'node:stream';

/** What somebody does with a socket, as far as it can be seen from outside. */
interface Use {
  readonly flowing: boolean | null;
  readonly readers: number;
  readonly written: number;
}

/**
 * Returns a function that says whether anything has taken the socket since: reads it, has written to it, or has closed
 * it. Listeners of errors and of the end do not count: who takes a socket reads or answers.
 */
export const watchTaken = (socket: Duplex): (() => boolean) => {
  // The response to an earlier request may still be written to this connection: then bytes are no evidence.
  const answering = Boolean(Reflect.get(socket, '_httpMessage'));
  const before = useOf(socket);
  return () => {
    if (!socket.writable) return true;
    const { flowing, readers, written } = useOf(socket);
    return flowing !== before.flowing || readers > before.readers || (!answering && written > before.written);
  };
};

/** Calls `onLeft` where nothing takes the socket within the time limit. */
export const whenLeft = (socket: Duplex, isTaken: () => boolean, timeoutMs: number, onLeft: () => void): void => {
  const timer = setTimeout(() => {
    if (!isTaken()) onLeft();
  }, timeoutMs).unref();
  socket.once('close', () => clearTimeout(timer));
};

const useOf = (socket: Duplex): Use => ({
  flowing: socket.readableFlowing,
  readers: socket.listenerCount('data') + socket.listenerCount('readable'),
  written: Number(Reflect.get(socket, 'bytesWritten') ?? 0),
});
