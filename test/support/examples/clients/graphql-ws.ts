import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Attempt, Client } from '../attempt.ts';

/** The client of graphql-ws with the ticket in `connectionParams`. */
export const graphqlWsClient: Client = (port, { ticket, origin }) =>
  new Promise<Attempt>((resolve) => {
    let open = true;
    const closed = new Promise<string>((settle) => {
      const client = createClient({
        url: `ws://127.0.0.1:${port}`,
        webSocketImpl: class extends WebSocket {
          constructor(url: string, protocols: string) {
            super(url, protocols, { origin });
          }
        },
        connectionParams: { ticket },
        lazy: false,
        retryAttempts: 0,
        // What it would print is in the event.
        onNonLazyError: () => undefined,
        on: {
          connected: () =>
            client.subscribe(
              { query: '{ me }' },
              {
                next: () => resolve({ outcome: 'opens', closed, isOpen: () => open, end: () => client.dispose() }),
                error: () => undefined,
                complete: () => undefined,
              },
            ),
          closed: (event) => {
            open = false;
            settle(`close ${(event as { readonly code: number }).code}`);
          },
        },
      });
    });
    closed.then((outcome) => resolve({ outcome }));
  });
