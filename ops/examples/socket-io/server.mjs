import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { closeAtSessionEnd, createGateway } from 'ticketd/gateway';

const REVOKED = 4001;

const { PORT, TICKETD_URL, GATEWAY_KEY } = process.env;
const gateway = createGateway({
  redeem: { url: TICKETD_URL, key: GATEWAY_KEY },
  onEvent: (event) => console.log(JSON.stringify(event)),
});
const server = createServer();
// Requests of the polling transport have no Origin to compare with that of the ticket.
const io = new Server(server, { transports: ['websocket'] });

io.use(async (socket, next) => {
  const { auth, headers } = socket.handshake;
  try {
    socket.data = await gateway.redeem(auth.ticket, { origin: headers.origin ?? null, audience: 'chat' });
    next();
  } catch ({ status, errorCode, retryAfter }) {
    // The client reads `data` from the error of its connect_error event.
    next(Object.assign(new Error(errorCode), { data: { status, errorCode, retryAfter } }));
  }
});

// The client does not reconnect after `disconnect`, but does when its connection is lost.
const closable = (socket) => ({
  close: (code) => (code === REVOKED ? socket.disconnect(true) : socket.conn.close()),
  once: (_close, listener) => socket.once('disconnect', listener),
});

io.on('connection', (socket) => {
  gateway.track(closable(socket), socket.data);
  closeAtSessionEnd(closable(socket), socket.data);
  socket.emit('hello', `Hello, ${socket.data.subject}`);
});
server.listen(PORT);
