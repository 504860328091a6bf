import ReconnectingWebSocket from 'reconnecting-websocket';
import { ticketWebSocket } from 'ticketd/client';

const { options, socketUrl, report } = globalThis;
const socket = new ReconnectingWebSocket(socketUrl, [], {
  WebSocket: ticketWebSocket(options),
  minReconnectionDelay: 100,
  maxReconnectionDelay: 200,
});
socket.addEventListener('open', () => {
  report('open');
  socket.send('hello');
});
socket.addEventListener('message', ({ data }) => report(data));
socket.addEventListener('error', ({ error }) => {
  if (!error?.reason) return;
  socket.close();
  report('stopped');
});
