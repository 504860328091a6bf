import { ticketWebSocket } from 'ticketd/client';

const { options, socketUrl, report } = globalThis;
const WebSocket = ticketWebSocket(options);

const connect = () => {
  const socket = new WebSocket(socketUrl);
  socket.onopen = () => {
    report('open');
    socket.send('hello');
  };
  socket.onmessage = ({ data }) => report(data);
  socket.onclose = ({ code }) => {
    if (code === 4001) report('stopped');
    else setTimeout(connect, 100);
  };
};
connect();
