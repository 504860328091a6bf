import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = new URL('../../../', import.meta.url);

/** The program of a page as a bundler builds it, with the library from its source. */
export const bundlePage = async (path: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(path, ROOT))],
    bundle: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { 'ticketd/client': fileURLToPath(new URL('src/client/client.ts', ROOT)) },
  });
  return outputFiles[0]?.text ?? '';
};

/** A server of pages. */
export interface PageServer {
  readonly origin: string;
  stop(): Promise<void>;
}

/** Serves an empty page. */
export const startPageServer = async (): Promise<PageServer> => {
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>A page</title>'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
