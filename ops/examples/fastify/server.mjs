import { EventEmitter } from 'node:events';
import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import { closeAtSessionEnd, createGateway } from 'ticketd/gateway';

const { PORT, TICKETD_URL, GATEWAY_KEY } = process.env;
const app = Fastify({ logger: true });
const gateway = createGateway({
  redeem: { url: TICKETD_URL, key: GATEWAY_KEY },
  audience: 'chat',
  onEvent: ({ level, ...event }) => app.log[level](event),
});

// Fastify gets the handshakes from here: admitted, and without their tickets, so that its log has none.
const admitted = new EventEmitter();
gateway.protect(app.server, (...upgrade) => admitted.emit('upgrade', ...upgrade));

await app.register(websocket, { options: { server: admitted } });
app.get('/', { websocket: true }, (socket, request) => {
  const admission = gateway.admissionOf(request.raw);
  gateway.track(socket, admission);
  closeAtSessionEnd(socket, admission);
  socket.send(`Hello, ${admission.subject}`);
});
await app.listen({ port: PORT });
