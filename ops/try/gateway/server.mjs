// A WebSocket server without ticket code: nginx asks ticketd before it forwards a handshake here.
// It trusts the identity headers, so only nginx may reach it.
import { WebSocketServer } from 'ws';

/** The longest timer of Node.js; a longer one would fire immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const server = new WebSocketServer({ port: 9000, maxPayload: 64 * 1024, clientTracking: true });

server.on('connection', (socket, { headers }) => {
  const subject = decodeURIComponent(headers['x-ticketd-subject']);
  // The clock of ticketd: keep both in step.
  const remainingMs = Date.parse(headers['x-ticketd-session-expires']) - Date.now();
  // With this code ticketd/client reconnects with a fresh JWT.
  const end = setTimeout(() => socket.close(4003, 'session ended'), Math.min(remainingMs, MAX_TIMER_MS));
  socket.on('close', () => clearTimeout(end));
  socket.on('error', () => {});
  socket.on('message', (data) => socket.send(`${subject}: ${data}`));
  socket.send(`hello ${subject}`);
});

process.once('SIGTERM', () => {
  for (const socket of server.clients) socket.close(1001, 'restarting');
  server.close(() => process.exit());
});
