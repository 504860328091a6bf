import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { type OnGatewayConnection, WebSocketGateway } from '@nestjs/websockets';
import { type Admission, createGateway } from 'ticketd/gateway';
import { type WebSocket, WebSocketServer } from 'ws';

const { PORT = '8080', TICKETD_URL = '', GATEWAY_KEY = '' } = process.env;
const gateway = createGateway({
  redeem: { url: TICKETD_URL, key: GATEWAY_KEY },
  audience: 'chat',
  onEvent: (event) => console.log(JSON.stringify(event)),
});

/** Nest's adapter for `ws`, whose servers get admitted clients only. */
class TicketAdapter extends WsAdapter {
  override create(_port: number, { path }: { readonly path?: string } = {}) {
    const sockets = this.bindErrorHandler(new WebSocketServer({ noServer: true }));
    gateway.protect(this.httpServer, sockets, path === undefined ? {} : { path });
    return sockets;
  }
}

@WebSocketGateway()
class Chat implements OnGatewayConnection {
  handleConnection(socket: WebSocket, _request: unknown, { subject }: Admission) {
    socket.send(`Hello, ${subject}`);
  }
}

@Module({ providers: [Chat] })
class ChatModule {}

const app = await NestFactory.create(ChatModule);
app.useWebSocketAdapter(new TicketAdapter(app));
await app.listen(PORT);
