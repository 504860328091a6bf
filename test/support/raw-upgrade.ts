import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { rawRequest } from './raw-http.ts';

export const UPGRADE_HEADERS = [
  'Host: localhost',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** A handshake as it goes over the wire. */
export const upgradeRequest = (target: string, headers: readonly string[] = UPGRADE_HEADERS): string =>
  rawRequest(`GET ${target} HTTP/1.1`, headers);

/** Sends these bytes, says nothing more, and resolves with all that came back once the other side has hung up. */
export const talk = async (url: string, bytes: string | Uint8Array): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(bytes);
  return text(socket);
};
