import { once } from 'node:events';
import { connect } from 'node:net';

/** A connection whose bytes the test sends as it likes. */
export interface RawConnection {
  send(text: string): Promise<void>;
  readonly received: string;
  /** Resolves when the connection is gone, from whichever side. */
  readonly closed: Promise<void>;
  destroy(): void;
}

export const openConnection = async (url: string): Promise<RawConnection> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  // A service that ends by force resets its connections.
  socket.on('error', () => {});
  return {
    send: (text) => new Promise((resolve) => socket.write(text, () => resolve())),
    get received() {
      return received;
    },
    closed,
    destroy: () => socket.destroy(),
  };
};
