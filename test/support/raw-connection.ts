import { once } from 'node:events';
import { connect } from 'node:net';
import { watchConnection } from './openapi/client-side.ts';

/** A connection whose bytes the test sends as it likes. */
export interface RawConnection {
  send(text: string): Promise<void>;
  readonly received: string;
  /** Resolves when the connection is gone, from whichever side. */
  readonly closed: Promise<void>;
  destroy(): void;
}

export const openConnection = async (url: string): Promise<RawConnection> => {
  const port = Number(new URL(url).port);
  const socket = connect(port, '127.0.0.1');
  const watched = watchConnection(port);
  let sent = '';
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
  });
  socket.once('close', () => watched(sent, received));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  // A service that ends by force resets its connections.
  socket.on('error', () => {});
  return {
    send: (text) => {
      sent += text;
      return new Promise((resolve) => socket.write(text, () => resolve()));
    },
    get received() {
      return received;
    },
    closed,
    destroy: () => socket.destroy(),
  };
};
