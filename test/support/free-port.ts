import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** The ports from `from` up to, and without, `to`. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
  /** How far above it another port is to be free, too. */
  readonly alsoAbove?: number;
}

// Below the range the kernel picks outgoing ports from (32768 and up): while a server is stopped, no reconnecting client
// can happen to take the port the server needs again. The nodes of a cluster have ranges of their own.
const USUAL: PortRange = { from: 23_000, to: 30_000 };

/** A port nothing listens on, which no other test process gets while this one lives. */
export async function freePort({ from, to, alsoAbove = 0 } = USUAL): Promise<number> {
  for (;;) {
    const port = from + Math.floor(Math.random() * (to - from));
    if ((await claim(port)) && (await isFree(port)) && (await isFree(port + alsoAbove))) return port;
  }
}

/** Takes the UDP port of the same number as a lock, which the kernel releases when this process ends. */
async function claim(port: number): Promise<boolean> {
  const lock = createSocket('udp4').unref();
  lock.bind({ port, address: '127.0.0.1', exclusive: true });
  return once(lock, 'listening').then(
    () => true,
    () => {
      lock.close();
      return false;
    },
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
