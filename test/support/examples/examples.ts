import type { Client } from './attempt.ts';
import { graphqlWsClient } from './clients/graphql-ws.ts';
import { socketIoClient } from './clients/socket-io.ts';
import { webSocketClient } from './clients/web-socket.ts';
import { yWebsocketClient } from './clients/y-websocket.ts';
import type { Launch } from './program.ts';

/** How the client of an example sees what the server does. */
export interface Answers {
  readonly missing: string;
  readonly notRedeemable: string;
  readonly outage: string;
  readonly revoked: string;
  readonly ended: string;
  readonly lost: string;
}

export interface Example {
  /** The head of its column. */
  readonly name: string;
  /** In ops/examples. */
  readonly folder: string;
  readonly client: Client;
  readonly answers: Answers;
  /** Where the client opens its socket, if the handshake carries the ticket; a message does otherwise. */
  readonly path?: string;
  launch(port: number, binary: string): Omit<Launch, 'cwd'>;
}

const CLOSED = { revoked: 'close 4001', ended: 'close 4003', lost: 'close 1013' };
const HTTP: Answers = { missing: '401', notRedeemable: '403', outage: '503', ...CLOSED };

// Debian's Python has Debian's packages, the first one on the PATH may not.
export const PYTHON = '/usr/bin/python3';

const node = (...args: readonly string[]) => ({ launch: () => ({ command: process.execPath, args }) });
const asgi = (server: string, bind: (port: number) => readonly string[]) => ({
  folder: 'python',
  client: webSocketClient,
  path: '/',
  launch: (port: number) => ({ command: PYTHON, args: ['-m', server, ...bind(port), 'asgi:app'] }),
});

/** Every example, in the order of the table. */
export const examples: readonly Example[] = [
  { name: 'ws', folder: 'ws', client: webSocketClient, path: '/', answers: HTTP, ...node('server.mjs') },
  {
    name: 'Socket.IO',
    folder: 'socket-io',
    client: socketIoClient,
    answers: {
      missing: 'connect_error 401',
      notRedeemable: 'connect_error 403',
      outage: 'connect_error 503',
      revoked: 'disconnect: io server disconnect',
      ended: 'disconnect: transport close',
      lost: 'disconnect: transport close',
    },
    ...node('server.mjs'),
  },
  {
    name: 'graphql-ws',
    folder: 'graphql-ws',
    client: graphqlWsClient,
    answers: { missing: 'close 4401', notRedeemable: 'close 4403', outage: 'close 1013', ...CLOSED },
    ...node('server.mjs'),
  },
  { name: 'Fastify', folder: 'fastify', client: webSocketClient, path: '/', answers: HTTP, ...node('server.mjs') },
  {
    name: 'NestJS',
    folder: 'nestjs',
    client: webSocketClient,
    path: '/',
    answers: HTTP,
    ...node('--import', 'tsx', 'server.mts'),
  },
  { name: 'Hono', folder: 'hono', client: webSocketClient, path: '/', answers: HTTP, ...node('server.mjs') },
  {
    name: 'y-websocket',
    folder: 'y-websocket',
    client: yWebsocketClient,
    path: '/notes',
    answers: HTTP,
    ...node('server.mjs'),
  },
  {
    name: 'uvicorn',
    // This version of uvicorn cannot answer a handshake with a status of its own.
    answers: { missing: 'close 4004', notRedeemable: 'close 4004', outage: 'close 1013', ...CLOSED },
    ...asgi('uvicorn', (port) => ['--port', String(port)]),
  },
  {
    name: 'Hypercorn',
    answers: HTTP,
    ...asgi('hypercorn', (port) => ['--bind', `127.0.0.1:${port}`, '--access-logfile', '-']),
  },
  {
    name: 'websockets',
    folder: 'python',
    client: webSocketClient,
    path: '/',
    answers: HTTP,
    launch: () => ({ command: PYTHON, args: ['websockets_server.py'] }),
  },
  {
    name: 'Go',
    folder: 'go',
    client: webSocketClient,
    path: '/',
    answers: HTTP,
    launch: (_port, binary) => ({ command: binary, args: [] }),
  },
];
