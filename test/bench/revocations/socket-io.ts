// What one would pick instead: Socket.IO with its Redis adapter, which closes sockets with disconnectSockets. Prints the
// port that it listens on. A logout verifies the JWT, as ticketd does; nothing else is stored.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { Server } from 'socket.io';
import { readPeerEnv } from '../peers/env.ts';

const { redisUrl, key, algorithms } = readPeerEnv();

interface Caller {
  readonly sub: string;
  readonly sessionId: string;
}

const callerOf = (token: string): Caller =>
  jwt.verify(token, key, { algorithms: [...algorithms] }) as unknown as Caller;
const sessionRoom = ({ sub, sessionId }: Caller) => `session:${sub}:${sessionId}`;
const subjectRoom = ({ sub }: Caller) => `subject:${sub}`;

const server = createServer((request, response) => {
  const caller = bearerOf(request);
  io.in(request.url === '/session' ? sessionRoom(caller) : subjectRoom(caller)).disconnectSockets(true);
  request.resume();
  response.writeHead(204).end();
});
const bearerOf = ({ headers }: IncomingMessage): Caller =>
  callerOf((headers.authorization ?? '').slice('Bearer '.length));

const publisher = new Redis(redisUrl);
const io = new Server(server, {
  adapter: createAdapter(publisher, publisher.duplicate()),
  transports: ['websocket'],
  serveClient: false,
});
io.use((socket, next) => {
  try {
    const caller = callerOf(socket.handshake.auth.token);
    socket.join([sessionRoom(caller), subjectRoom(caller)]);
    next();
  } catch (error) {
    next(error as Error);
  }
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
