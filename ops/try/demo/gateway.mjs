import { once } from 'node:events';
import { createServer } from 'node:http';
import { serveFile } from './files.mjs';

const CONTROLS_PATH = '/controls/';
const FEED_PATH = '/feed';
/** What a gateway reports about revocations. */
const SHOWN_EVENTS = ['socket_revoked', 'revocations_reset', 'revocations_delayed', 'revocations_resumed'];

/**
 * The sample gateway: a WebSocket server that accepts clients with a ticket, greets them and echoes their messages. It
 * also serves the demo's page and its `feed`, which gets who has sockets open, and why the gateway closed some.
 * `setControls` sets the functions behind the page's buttons by method and path (`POST token`).
 */
export async function startGateway({ port, ticketdUrl, gatewayKey, feed }) {
  // Installed and built only after this process started.
  const [{ WebSocketServer }, { createGateway }] = await Promise.all([import('ws'), import('ticketd/gateway')]);
  let controls = {};
  const server = createServer((request, response) => void answer(request, response, { controls, feed }));
  const sockets = new WebSocketServer({ noServer: true });
  const onEvent = (event) => {
    if (SHOWN_EVENTS.includes(event.event)) feed.publish('gateway', { at: Date.now(), ...event });
  };
  const gateway = createGateway({ redeem: { url: ticketdUrl, key: gatewayKey }, onEvent });
  // A browser hides the status of a refused handshake. So the gateway accepts it and closes it with a close code.
  gateway.protect(server, sockets, { path: '/socket', refuse: 'close' });
  const showSockets = () => feed.publish('sessions', gateway.sessions());
  sockets.on('connection', (socket, _request, { subject }) => {
    showSockets();
    socket.on('close', showSockets);
    socket.send(`Welcome, ${subject}`);
    socket.on('message', (data) => socket.send(`You said: ${data}`));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const socket of sockets.clients) socket.terminate();
  };
  return {
    setControls: (actions) => {
      controls = actions;
    },
    /** Drops every open connection, like a lost network. */
    drop,
    stop: async () => {
      await gateway.close();
      drop();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(request, response, { controls, feed }) {
  const [path] = request.url.split('?', 1);
  if (path === FEED_PATH) return feed.serve(response);
  if (!path.startsWith(CONTROLS_PATH)) return serveFile(request, response, path);
  const action = controls[`${request.method} ${path.slice(CONTROLS_PATH.length)}`];
  // Pages of other origins must not change anything here.
  const foreign = request.headers.origin !== undefined && request.headers.origin !== `http://${request.headers.host}`;
  if (action === undefined || foreign) return answerJson(response, 404, { message: 'Not found' });
  try {
    answerJson(response, 200, (await action()) ?? {});
  } catch (error) {
    answerJson(response, 500, { message: error.message });
  }
}

function answerJson(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
