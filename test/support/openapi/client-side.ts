import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { answersIn } from '../raw-http.ts';
import { pathOf } from './answer.ts';
import { before } from './before.ts';
import { createBody } from './body.ts';
import { createWatch, type Watch } from './watch.ts';
import { witness } from './witness.ts';

const listenerAt = new Map<number, string>();

/** Watches what node:http receives here from a service in another process. */
export const watchReceived = (): Watch => createWatch(listenerAt);

// https://nodejs.org/api/diagnostics_channel.html#built-in-channels: published when the headers have come.
subscribe('http.client.response.finish', (message) => {
  const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
  const listener = listenerAt.get(response.socket.remotePort ?? 0);
  if (listener !== undefined) tapAnswer(request, response, listener);
});

const tapAnswer = ({ method, path }: ClientRequest, response: IncomingMessage, listener: string): void => {
  const { statusCode: status = 0, headers } = response;
  const body = createBody((text) => witness({ listener, method, path: pathOf(path), status, headers, body: text }));
  before(response, 'push', (chunk) => {
    if (chunk === null) body.end();
    else body.add(chunk as Buffer, headers['content-type']);
  });
};

/** The same for a connection without a client: to be called with all that was sent and received on it. */
export const watchConnection = (port: number): ((sent: string, received: string) => void) => {
  const listener = listenerAt.get(port);
  return (sent, received) => {
    const [, method, target = ''] = /^(\S+) (\S+) HTTP/.exec(sent) ?? [];
    if (listener === undefined || method === undefined || received === '') return;
    for (const answer of answersIn(received)) witness({ listener, method, path: pathOf(target), ...answer });
  };
};
