import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

/** A request for an upgrade as Node's parser makes it, without a connection. */
export const upgradeMessage = (url: string, headers: Readonly<Record<string, string>> = {}): IncomingMessage => {
  const raw = Object.entries({ Host: 'localhost', Upgrade: 'websocket', Connection: 'Upgrade', ...headers }).flat();
  const message = new IncomingMessage(new Socket());
  message.url = url;
  // What the parser calls.
  Reflect.get(message, '_addHeaderLines').call(message, raw, raw.length);
  return message;
};
