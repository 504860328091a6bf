import { Worker } from 'node:worker_threads';
import { TICKET_PATH } from './ask.ts';
import { token } from './jwt.ts';
import { createMalformer, randomFrom } from './malformed.ts';
import { rawRequest } from './raw-http.ts';

/** Bad credentials on many connections, slow senders and broken requests, all from this machine's address. */
export interface Flood {
  /** How many requests with a bad JWT were answered so far. */
  readonly answered: number;
  /** How many broken requests were sent so far. */
  readonly broken: number;
  stop(): Promise<unknown>;
}

/** Each sends a request with a bad JWT as soon as its last one was answered. */
export const FLOOD_CONNECTIONS = 400;
export const BROKEN_REQUESTS = 500;
const SLOW_SENDERS = 200;
const BROKEN_EVERY_MS = 10;

const POST = `POST ${TICKET_PATH} HTTP/1.1`;
const bearing = (jwt: string, ...more: readonly string[]) => ['Host: x', `Authorization: Bearer ${jwt}`, ...more];
const JSON_OF_4000 = ['Content-Type: application/json', 'Content-Length: 4000'];

/** Floods the listener at `url`; `seed` decides on the broken requests. */
export const startFlood = (url: string, seed: number): Flood => {
  const counts = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const badJwt = token({}, { secret: 'another-secret-for-tests-of-32-bytes' });
  const workerData = {
    ...{ port: Number(new URL(url).port), counts, floods: FLOOD_CONNECTIONS },
    request: rawRequest(POST, bearing(badJwt, 'Content-Length: 0')),
    slow: SLOW_SENDERS,
    slowBytes: ['POST', `${POST}\r\nHost: x\r\nX-A: `, rawRequest(POST, bearing(token(), ...JSON_OF_4000), '{')],
    broken: Array.from({ length: BROKEN_REQUESTS }, createMalformer(randomFrom(seed))),
    brokenEveryMs: BROKEN_EVERY_MS,
  };
  const worker = new Worker(new URL('./flood.mjs', import.meta.url), { workerData });
  return {
    get answered() {
      return Atomics.load(counts, 0);
    },
    get broken() {
      return Atomics.load(counts, 1);
    },
    stop: () => worker.terminate(),
  };
};
