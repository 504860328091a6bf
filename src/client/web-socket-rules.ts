// What `WebSocket` refuses before it does anything (WHATWG WebSockets Standard).

import type { SocketData } from './types.ts';

/** An error as `WebSocket` throws it, also where there is no `DOMException`. */
export const domError = (name: string, message: string): Error => {
  const { DOMException } = globalThis as { readonly DOMException?: new (message: string, name: string) => Error };
  return DOMException ? new DOMException(message, name) : Object.assign(new Error(message), { name });
};

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;

/** Returns the subprotocols as a list. Throws a `SyntaxError` for one that is repeated or not a token. */
export const checkProtocols = (protocols: unknown): readonly string[] => {
  // As Web IDL reads `DOMString or sequence<DOMString>`.
  const isList = typeof protocols === 'object' && protocols && Symbol.iterator in protocols;
  const list = (isList ? [...(protocols as Iterable<unknown>)] : [protocols]).map((name) => `${name}`);
  const isUnique = new Set(list.map((name) => name.toLowerCase())).size === list.length;
  if (isUnique && list.every((name) => TOKEN.test(name))) return list;
  throw domError('SyntaxError', `not a list of subprotocols: ${list}`);
};

/** The address as `WebSocket` reports it. Throws a `TypeError` for one that does not parse. */
export const normalisedAddress = (url: string | URL): string => {
  // React Native adds a slash to the text, and nothing else.
  if (new URL('WS://A').href !== 'ws://a/') return `${url}`;
  return new URL(url, (globalThis as { readonly location?: { readonly href: string } }).location?.href).href;
};

/** How many bytes a message has, as `bufferedAmount` counts them. */
export const bytesOf = (data: SocketData): number => {
  const { byteLength, size } = Object(data) as { readonly byteLength?: number; readonly size?: number };
  return byteLength ?? size ?? bytesOfText(`${data}`);
};

// React Native may have no TextEncoder. Half of a pair is sent as U+FFFD, which has three bytes.
const bytesOfText = (text: string): number =>
  encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd')).replace(/%../g, '-').length;

const LONGEST_REASON = 123;

/** Throws where a page must not close with this code or reason. */
export const checkClose = (code: number | undefined, reason: string): void => {
  if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999))
    throw domError('InvalidAccessError', `the close code must be 1000 or 3000 to 4999, not ${code}`);
  if (bytesOfText(`${reason}`) > LONGEST_REASON)
    throw domError('SyntaxError', `the reason is longer than ${LONGEST_REASON} bytes`);
};
