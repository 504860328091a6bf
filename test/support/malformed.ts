import { TICKET_PATH } from './ask.ts';
import { signedByHand } from './forged-jwt.ts';
import { rawRequest } from './raw-http.ts';
import { REDEEM_PATH, REVOKE_PATH } from './redeem.ts';

/** Numbers below 1 that the same seed always gives (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const HOST = 'Host: ticketd';
const BAD = `Authorization: Bearer ${signedByHand('{"sub":"x","exp":9999999999}', { secret: 'x'.repeat(32) })}`;
const JSON_TYPE = 'Content-Type: application/json';

const wellFormed: readonly string[] = [
  rawRequest('GET /health HTTP/1.1', [HOST]),
  rawRequest('GET /ready HTTP/1.0', []),
  rawRequest(`POST ${TICKET_PATH} HTTP/1.1`, [HOST, BAD, JSON_TYPE, 'Content-Length: 14'], '{"channel":""}'),
  rawRequest(
    `POST ${TICKET_PATH} HTTP/1.1`,
    [HOST, BAD, JSON_TYPE, 'Transfer-Encoding: chunked'],
    '2\r\n{}\r\n0\r\n\r\n',
  ),
  rawRequest(`POST ${REVOKE_PATH} HTTP/1.1`, [HOST, 'Expect: 100-continue', 'Content-Length: 2'], '{}'),
  rawRequest(`POST ${REDEEM_PATH} HTTP/1.1`, [HOST, BAD, JSON_TYPE, 'Content-Length: 15'], '{"ticket":"wst"'),
  rawRequest(`OPTIONS ${TICKET_PATH} HTTP/1.1`, [HOST, 'Origin: https://x', 'Access-Control-Request-Method: POST']),
  rawRequest('GET /forward-auth/nginx?ticket=wst HTTP/1.1', [HOST, 'Connection: Upgrade', 'Upgrade: websocket']),
  rawRequest('CONNECT ticketd:443 HTTP/1.1', [HOST]),
];

const intruders: readonly string[] = [
  ...['\r\n', '\n', '\r', '\0', ':', ' ', '\t', '\x80', '\r\n\r\n', '%00', '%', '..', '//', '#', '?', '{', '0\r\n\r\n'],
  ...['Transfer-Encoding: chunked\r\n', 'Content-Length: -1\r\n', 'Content-Length: 99999999999\r\n', 'Host: x\r\n'],
  ...[
    'Upgrade: h2c\r\n',
    'Connection: keep-alive, x\r\n',
    'Expect: x\r\n',
    'ffffffffffffffff\r\n',
    'HTTP/2.0',
    'PRI * ',
  ],
  `X: ${'a'.repeat(9_000)}\r\n`,
  'X: y\r\n'.repeat(150),
];

/** Makes bytes that were a request once, until something befell them. */
export const createMalformer = (random: () => number): (() => Buffer) => {
  const below = (end: number): number => Math.floor(random() * end);
  const oneOf = <T>(from: readonly T[]): T => from[below(from.length)] as T;

  const changes: readonly ((bytes: Buffer, at: number) => Buffer)[] = [
    (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.from(oneOf(intruders), 'latin1'), bytes.subarray(at)]),
    (bytes, at) => bytes.map((byte, index) => (index === at ? byte ^ (1 << below(8)) : byte)) as Buffer,
    (bytes, at) => bytes.map((byte, index) => (index === at ? below(256) : byte)) as Buffer,
    (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(12))]),
    (bytes, at) => bytes.subarray(0, at),
    (bytes, at) => Buffer.concat([bytes, bytes.subarray(at)]),
    (bytes) => Buffer.concat(Array.from({ length: 1 + below(8) }, () => bytes)),
  ];

  return () => {
    let bytes: Buffer = Buffer.from(oneOf(wellFormed), 'latin1');
    for (let left = 1 + below(4); left > 0; left -= 1)
      bytes = Buffer.from(oneOf(changes)(bytes, below(bytes.length + 1)));
    return bytes;
  };
};
