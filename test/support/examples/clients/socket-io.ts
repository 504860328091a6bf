import { io } from 'socket.io-client';
import type { Attempt, Client } from '../attempt.ts';

interface ConnectError extends Error {
  readonly data?: { readonly status: number; readonly retryAfter?: number };
}

/** Socket.IO's own client with the ticket in `auth`. */
export const socketIoClient: Client = (port, { ticket, origin }) =>
  new Promise<Attempt>((resolve, reject) => {
    const socket = io(`http://127.0.0.1:${port}`, {
      auth: { ticket },
      extraHeaders: { origin },
      forceNew: true,
      reconnection: false,
      transports: ['websocket'],
    });
    const closed = new Promise<string>((settle) => {
      socket.once('disconnect', (reason) => settle(`disconnect: ${reason}`));
    });
    socket.once('connect_error', (error: ConnectError) => {
      socket.disconnect();
      if (error.data === undefined) reject(error);
      else resolve({ outcome: `connect_error ${error.data.status}` });
    });
    socket.once('hello', () =>
      resolve({ outcome: 'opens', closed, isOpen: () => socket.connected, end: () => socket.disconnect() }),
    );
  });
