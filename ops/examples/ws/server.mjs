import { createServer } from 'node:http';
import { createGateway } from 'ticketd/gateway';
import { WebSocketServer } from 'ws';

const { PORT, TICKETD_URL, GATEWAY_KEY } = process.env;
const gateway = createGateway({
  redeem: { url: TICKETD_URL, key: GATEWAY_KEY },
  audience: 'chat',
  onEvent: (event) => console.log(JSON.stringify(event)),
});
const server = createServer();
const sockets = new WebSocketServer({ noServer: true });

gateway.protect(server, sockets);
sockets.on('connection', (socket, request, { subject }) => {
  console.log(`${subject} opened ${request.url}`);
  socket.on('error', console.error);
  socket.send(`Hello, ${subject}`);
});
server.listen(PORT);
