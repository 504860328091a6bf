import { createServer } from 'node:net';

/** The preferred port if nothing listens on it, else any free one. */
export async function freePort(preferred = 0) {
  return (await tryPort(preferred)) ?? (await tryPort(0));
}

function tryPort(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const { port: bound } = server.address();
      server.close(() => resolve(bound));
    });
  });
}
