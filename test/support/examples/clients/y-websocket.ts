import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import { Doc } from 'yjs';
import type { Attempt, Client } from '../attempt.ts';

/** The provider of y-websocket: in once the document is the same on both sides. */
export const yWebsocketClient: Client = (port, { ticket, protocols = [], origin }) =>
  new Promise<Attempt>((resolve) => {
    // Each provider listens to the end of the process, so that many of them look like a leak.
    process.setMaxListeners(process.getMaxListeners() + 1);
    const provider = new WebsocketProvider(`ws://127.0.0.1:${port}`, 'notes', new Doc(), {
      params: ticket === undefined ? {} : { ticket },
      protocols: [...protocols],
      disableBc: true,
      WebSocketPolyfill: class extends WebSocket {
        constructor(url: string, offered: string[]) {
          super(url, offered, { origin });
        }
      } as unknown as typeof globalThis.WebSocket,
    });
    let ended = false;
    const end = () => {
      // `destroy` emits the events of a lost connection, too.
      if (ended) return;
      ended = true;
      provider.destroy();
      provider.doc.destroy();
      process.setMaxListeners(process.getMaxListeners() - 1);
    };
    const closed = new Promise<string>((settle) => {
      provider.on('connection-close', (event) => {
        if (event !== null) settle(`close ${event.code}`);
        end();
      });
    });
    provider.once('connection-error', (event) => {
      resolve({ outcome: statusIn((event as unknown as Error).message) });
      end();
    });
    provider.once('sync', () => resolve({ outcome: 'opens', closed, isOpen: () => provider.wsconnected, end }));
  });

/** `ws` says the status of a refused handshake in its message. */
const statusIn = (message: string): string => /response: (\d+)/.exec(message)?.[1] ?? message;
