import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import type { UpgradeServer } from '../../src/gateway/upgrade-routes.ts';
import { upgradeMessage } from './upgrade-message.ts';

/** A connection whose client says nothing, and all that was written to it. */
export interface FakeConnection extends Duplex {
  readonly sent: string;
}

export const fakeConnection = (): FakeConnection => {
  let sent = '';
  const connection = new Duplex({
    read: () => {},
    write: (part, _encoding, done) => {
      sent += String(part);
      done();
    },
  });
  return Object.defineProperty(connection, 'sent', { get: () => sent }) as FakeConnection;
};

/** A server without a port. */
export const fakeServer = () => {
  const server = new EventEmitter() as EventEmitter & UpgradeServer;
  return {
    server,
    /** An upgrade of the server; returns its connection. */
    upgrade: (url: string, headers = {}, connection = fakeConnection()): FakeConnection => {
      server.emit('upgrade', upgradeMessage(url, headers), connection, Buffer.alloc(0));
      return connection;
    },
  };
};
