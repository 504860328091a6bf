import { once } from 'node:events';
import { createServer } from 'node:http';
import { serveFile } from './files.mjs';

/**
 * The sample gateway: a WebSocket server that lets in who brings a ticket, and greets and echoes. It serves the demo's
 * page, too; `show` says what that may do backstage: functions by method and path, such as `POST token`.
 */
export async function startGateway({ port, ticketdUrl, gatewayKey }) {
  // Installed and built only since this process started.
  const [{ WebSocketServer }, { createGateway }] = await Promise.all([import('ws'), import('ticketd/gateway')]);
  let backstage = {};
  const server = createServer((request, response) => void answer(request, response, backstage));
  const sockets = new WebSocketServer({ noServer: true });
  const gateway = createGateway({ redeem: { url: ticketdUrl, key: gatewayKey }, onEvent: () => undefined });
  // A browser hides the status of a refused handshake, so it is let in and told by a close code.
  gateway.protect(server, sockets, { path: '/socket', refuse: 'close' });
  sockets.on('connection', (socket, _request, { subject }) => {
    socket.send(`Welcome, ${subject}`);
    socket.on('message', (data) => socket.send(`You said: ${data}`));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const drop = () => {
    for (const socket of sockets.clients) socket.terminate();
  };
  return {
    show: (acts) => {
      backstage = acts;
    },
    /** Breaks every open connection, as a lost network does. */
    drop,
    stop: async () => {
      await gateway.close();
      drop();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(request, response, backstage) {
  const [path] = request.url.split('?', 1);
  if (!path.startsWith('/backstage/')) return serveFile(request, response, path);
  const act = backstage[`${request.method} ${path.slice('/backstage/'.length)}`];
  // What changes something is not for the pages of others.
  const foreign = request.headers.origin !== undefined && request.headers.origin !== `http://${request.headers.host}`;
  if (act === undefined || foreign) return answerJson(response, 404, { message: 'There is nothing here' });
  try {
    answerJson(response, 200, (await act()) ?? {});
  } catch (error) {
    answerJson(response, 500, { message: error.message });
  }
}

function answerJson(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(body));
}
