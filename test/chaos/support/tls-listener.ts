import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate } from '../../support/tls.ts';

/** A TLS server that only records its clients. */
export interface TlsListener {
  readonly port: number;
  /** The SNI of each client; `false` if it sent none. */
  readonly names: readonly (string | false)[];
  close(): void;
}

export const listenForNames = async ({ certFile, keyFile }: Certificate): Promise<TlsListener> => {
  const names: (string | false)[] = [];
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  const server = createServer({ cert, key }, (socket) => {
    names.push(socket.servername ?? false);
    socket.on('error', () => {});
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, names, close: () => server.close() };
};

/** A plain server that records the first byte of each client. */
export interface ByteListener {
  readonly port: number;
  readonly firstBytes: readonly number[];
  close(): void;
}

export const listenForFirstBytes = async (): Promise<ByteListener> => {
  const firstBytes: number[] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (bytes) => {
      firstBytes.push(bytes[0] ?? Number.NaN);
      socket.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, firstBytes, close: () => server.close() };
};
