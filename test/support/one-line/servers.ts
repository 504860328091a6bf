import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createDecoder, readVarUint } from 'lib0/decoding';
import { createEncoder, length, toUint8Array, writeVarUint } from 'lib0/encoding';
import type { WebSocket, WebSocketServer } from 'ws';
import { readSyncMessage } from 'y-protocols/sync';
import { Doc } from 'yjs';

/** Serves the sockets of an application. */
export type ServeSockets = (sockets: WebSocketServer) => unknown;

export const serveEcho: ServeSockets = (sockets) =>
  sockets.on('connection', (socket: WebSocket) => socket.on('message', (data) => socket.send(String(data))));

/** A subscription that sends one greeting and stays open. */
export const serveGraphql: ServeSockets = (sockets) => {
  const subscribe = async function* () {
    yield { greeting: 'hello' };
    await new Promise(() => {});
  };
  const fields = { greeting: { type: GraphQLString, subscribe } };
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { greeting: { type: GraphQLString } } }),
    subscription: new GraphQLObjectType({ name: 'Subscription', fields }),
  });
  return useServer({ schema }, sockets);
};

const SYNC = 0;

/** A document of which each client gets what it lacks. */
export const serveDocument: ServeSockets = (sockets) => {
  const doc = new Doc();
  doc.getText('greeting').insert(0, 'hello');
  sockets.on('connection', (socket: WebSocket) =>
    socket.on('message', (data: Buffer) => {
      const decoder = createDecoder(new Uint8Array(data));
      if (readVarUint(decoder) !== SYNC) return;
      const encoder = createEncoder();
      writeVarUint(encoder, SYNC);
      readSyncMessage(decoder, encoder, doc, socket);
      if (length(encoder) > 1) socket.send(toUint8Array(encoder));
    }),
  );
};
