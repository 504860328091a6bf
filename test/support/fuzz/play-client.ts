import { connect } from 'node:net';
import type { UpgradeCase } from './upgrade-cases.ts';

/** Sends these bytes as the client of a case does, and resolves with what it got once the connection is gone. */
export const playClient = (port: number, { leaves, handshake }: UpgradeCase, bytes: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      received += part;
      // An open WebSocket is no concern of the fuzz.
      if (received.includes('HTTP/1.1 101 ')) socket.destroy();
    });
    socket.on('error', () => {});
    socket.once('close', () => resolve(received));
    socket.write(bytes, () => {
      // The server waits a minute for the rest of a head.
      if (leaves === 'early' || handshake === 'cut short') socket.destroy();
      else if (leaves === 'by reset') socket.resetAndDestroy();
      else if (leaves === 'half') socket.end();
    });
  });
