import { createServer } from 'node:net';

/**
 * A port nothing listens on. It lies below the range the kernel picks outgoing ports from (32768 and up): while a
 * server is stopped, no reconnecting client can happen to take the port the server needs again.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
