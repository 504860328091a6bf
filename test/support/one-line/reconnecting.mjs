import { ticketWebSocket } from 'ticketd/client';

const { options, socketUrl, report } = globalThis;

/** Runs a page with a class that reconnects as `reconnecting-websocket` does, and has its options and events. */
export const connectAndReport = (ReconnectingSocket) => {
  const socket = new ReconnectingSocket(socketUrl, [], {
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
};
