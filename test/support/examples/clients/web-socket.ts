import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Attempt, Client } from '../attempt.ts';

/** A plain WebSocket with the ticket in its URL: in once the server has sent its greeting. */
export const webSocketClient: Client = (port, { ticket, protocols = [], origin }) =>
  new Promise<Attempt>((resolve, reject) => {
    const query = ticket === undefined ? '' : `?ticket=${ticket}`;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${query}`, [...protocols], { origin });
    const closed = new Promise<string>((settle) => {
      socket.once('close', (code) => settle(`close ${code}`));
    });
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve({ outcome: statusOf(response) });
    });
    socket.once('message', () =>
      resolve({
        outcome: 'opens',
        closed,
        isOpen: () => socket.readyState === WebSocket.OPEN,
        end: () => socket.terminate(),
      }),
    );
    // A socket that closes before the greeting is a refusal.
    closed.then((outcome) => resolve({ outcome }));
    socket.once('error', reject);
  });

/** A 503 without Retry-After would be a defect. */
const statusOf = ({ statusCode, headers }: IncomingMessage): string =>
  statusCode === 503 && headers['retry-after'] === undefined ? '503 without Retry-After' : String(statusCode);
