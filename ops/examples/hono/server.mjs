import { EventEmitter } from 'node:events';
import { serve } from '@hono/node-server';
import { createNodeWebSocket } from '@hono/node-ws';
import { Hono } from 'hono';
import { logger } from 'hono/logger';
import { closeAtSessionEnd, createGateway } from 'ticketd/gateway';

const { PORT, TICKETD_URL, GATEWAY_KEY } = process.env;
const gateway = createGateway({
  redeem: { url: TICKETD_URL, key: GATEWAY_KEY },
  audience: 'chat',
  onEvent: (event) => console.log(JSON.stringify(event)),
});
const app = new Hono();
const { injectWebSocket, upgradeWebSocket } = createNodeWebSocket({ app });

app.use(logger());
app.get(
  '/',
  upgradeWebSocket(({ env }) => {
    const admission = gateway.admissionOf(env.incoming);
    return {
      onOpen: (_event, { raw: socket }) => {
        gateway.track(socket, admission);
        closeAtSessionEnd(socket, admission);
        socket.send(`Hello, ${admission.subject}`);
      },
    };
  }),
);

// Hono gets the handshakes from here: admitted, and without their tickets, so that its log has none.
const admitted = new EventEmitter();
injectWebSocket(admitted);
gateway.protect(serve({ fetch: app.fetch, port: Number(PORT) }), (...upgrade) => admitted.emit('upgrade', ...upgrade));
