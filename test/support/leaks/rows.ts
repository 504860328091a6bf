import { rawRequest } from '../raw-http.ts';
import type { Wish } from '../redeem.ts';
import type { Canaries } from './canaries.ts';

/** One request that contains secrets, and the status that shows that it reached its handler. */
export interface Row {
  readonly listener: 'public' | 'internal';
  readonly status: number;
  /** All of the request, as it goes over the wire. */
  readonly bytes: (at: Bearings) => string | Promise<string>;
}

/** What a row can put into its request. */
export interface Bearings {
  readonly canaries: Canaries;
  /** A valid JWT. */
  readonly jwt: string;
  /** A fresh ticket. */
  readonly ticket: (wish?: Wish) => Promise<string>;
}

export type Rows = Readonly<Record<string, Row>>;

const CLOSING = ['Host: ticketd', 'Connection: close'];

export const get = (target: string, headers: readonly string[] = []): string =>
  rawRequest(`GET ${target} HTTP/1.1`, [...CLOSING, ...headers]);

/** A POST of JSON; a text is sent as it is. */
export const post = (
  target: string,
  authorization: string,
  body: unknown = '',
  more: readonly string[] = [],
): string => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`];
  return rawRequest(
    `POST ${target} HTTP/1.1`,
    [...CLOSING, `Authorization: ${authorization}`, ...headers, ...more],
    text,
  );
};

export const other = (method: string, target: string, headers: readonly string[] = []): string =>
  rawRequest(`${method} ${target} HTTP/1.1`, [...CLOSING, ...headers]);
