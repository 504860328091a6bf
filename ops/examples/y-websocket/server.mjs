import { createServer } from 'node:http';
import { setupWSConnection } from '@y/websocket-server/utils';
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
sockets.on('connection', (socket, request, { subject, channel }) => {
  console.log(`${subject} opened ${request.url}`);
  socket.on('error', console.error);
  // The back end that asked for the ticket decides which document it opens.
  if (request.url !== `/${channel}`) socket.close(4001, 'another document');
  else setupWSConnection(socket, request, { docName: channel });
});
server.listen(PORT);
