import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A server on 127.0.0.1 that is something else than what a client hopes for. */
export interface TcpServer {
  readonly port: number;
  /** How many connections it has taken so far. */
  readonly accepted: number;
  close(): Promise<void>;
}

const open = new Set<TcpServer>();

/** Listens on any free port unless told which. */
export const tcpServer = async (onConnection: (socket: Socket) => void = () => {}, at = 0): Promise<TcpServer> => {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    // Without a reader the end of the other side would never be seen.
    socket.resume();
    onConnection(socket);
  });
  server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const own: TcpServer = {
    port,
    get accepted() {
      return accepted;
    },
    close: async () => {
      open.delete(own);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  open.add(own);
  return own;
};

/** Accepts and never answers. */
export const silentServer = (): Promise<TcpServer> => tcpServer();

/** Sends the same bytes whenever it is sent something. */
export const answering = (text: string): Promise<TcpServer> =>
  tcpServer((socket) => socket.on('data', () => socket.write(text)));

/** Closes what the tests left open. */
export const closeServers = async (): Promise<void> => {
  await Promise.all([...open].map(({ close }) => close()));
};

/** Whether anything accepts connections there. */
export const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const tell = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => tell(true));
    socket.once('error', () => tell(false));
  });
