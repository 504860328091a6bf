import { createClient } from 'graphql-ws';
import { ticketWebSocket } from 'ticketd/client';

const { options, socketUrl, report } = globalThis;
const client = createClient({
  url: socketUrl,
  webSocketImpl: ticketWebSocket({ ...options, stopCode: 4401 }),
  retryAttempts: Number.POSITIVE_INFINITY,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
  on: { connected: () => report('open') },
});
client.subscribe(
  { query: 'subscription { greeting }' },
  { next: ({ data }) => report(data.greeting), error: () => report('stopped'), complete: () => report('complete') },
);
