import { ticketWebSocket } from 'ticketd/client';
import { WebsocketProvider } from 'y-websocket';
import { Doc } from 'yjs';

const { options, socketUrl, report } = globalThis;
const doc = new Doc();
const provider = new WebsocketProvider(socketUrl, 'room', doc, {
  WebSocketPolyfill: ticketWebSocket({ ...options, stopCode: 4401 }),
  maxBackoffTime: 200,
});
provider.on('status', ({ status }) => {
  if (status === 'connected') report('open');
});
provider.on('sync', (isSynced) => {
  if (isSynced) report(doc.getText('greeting').toString());
});
provider.on('closed', () => report('stopped'));
