import { createServer } from 'node:net';

/** The preferred port if nothing listens on it, else any free one. */
export async function freePort(preferred = 0) {
  return (await tryPort(preferred)) ?? (await tryPort(0));
}

/** A free port for each preferred one, all different. */
export async function freePorts(preferred) {
  const ports = [];
  for (const port of preferred) {
    let found = await freePort(port);
    while (ports.includes(found)) found = await freePort();
    ports.push(found);
  }
  return ports;
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
