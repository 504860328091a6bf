import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answersIn } from '../raw-http.ts';
import { pathOf } from './answer.ts';
import { before } from './before.ts';
import { createBody } from './body.ts';
import { createWatch, type Watch } from './watch.ts';
import { witness } from './witness.ts';

const listenerAt = new Map<number, string>();
const listenerOf = new WeakMap<Socket, string>();

/** Watches what a service in this process sends, whoever asked and by whatever means. */
export const watchSent = (): Watch => createWatch(listenerAt);

// https://nodejs.org/api/diagnostics_channel.html#built-in-channels
subscribe('net.server.socket', (message) => {
  const { socket } = message as { socket: Socket };
  const listener = listenerAt.get(socket.localPort ?? 0);
  if (listener === undefined) return;
  listenerOf.set(socket, listener);
  tapRawAnswers(socket, listener);
});

subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  const listener = listenerOf.get(request.socket);
  if (listener !== undefined) tapAnswer(request, response, listener);
});

const tapAnswer = (request: IncomingMessage, response: ServerResponse, listener: string): void => {
  const { method = '', url = '' } = request;
  let written: Readonly<Record<string, unknown>> = {};
  const headers = (): Readonly<Record<string, unknown>> => ({ ...response.getHeaders(), ...written });
  const body = createBody((text) =>
    witness({ listener, method, path: pathOf(url), status: response.statusCode, headers: headers(), body: text }),
  );
  // What goes out with the head is nowhere else to be found.
  before(response, 'writeHead', (_status, list) => {
    if (Array.isArray(list)) written = inPairs(list);
  });
  const keep = (chunk: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array)
      body.add(Buffer.from(chunk as string), headers()['content-type']);
  };
  before(response, 'write', keep);
  before(response, 'end', (chunk) => {
    keep(chunk);
    // Nothing of it is sent on a connection that has ended already.
    if (request.socket.writable) body.end();
  });
};

const inPairs = (flat: readonly unknown[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[String(name).toLowerCase(), flat[at + 1]]] : [])));

// Node's own server never ends a connection with bytes: they are an answer to what was no request.
const tapRawAnswers = (socket: Socket, listener: string): void =>
  before(socket, 'end', (bytes) => {
    if (typeof bytes !== 'string') return;
    for (const answer of answersIn(bytes)) witness({ listener, ...answer });
  });
