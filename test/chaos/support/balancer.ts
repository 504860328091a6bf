import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP load balancer: each new connection goes to the first server of the list that accepts it. */
export interface Balancer {
  readonly port: number;
  close(): void;
}

export const startBalancer = async (ports: readonly number[]): Promise<Balancer> => {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  };

  const forward = (client: Socket, [port, ...others]: readonly number[]): void => {
    if (port === undefined || client.destroyed) return void client.destroy();
    const server = track(connect(port, '127.0.0.1'));
    const tryNext = () => forward(client, others);
    server.once('error', tryNext);
    server.once('connect', () => {
      server.off('error', tryNext);
      client.pipe(server).pipe(client);
      client.once('close', () => server.destroy());
      server.once('close', () => client.destroy());
    });
  };

  const server = createServer((client) => forward(track(client), ports));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
