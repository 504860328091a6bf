import { randomFillSync } from 'node:crypto';

/** Random bytes as text; no bytes are ever returned twice. */
export type RandomText = (bytes: number, encoding: 'hex' | 'base64url') => string;

// A multiple of the usual sizes, so that no bytes are left over.
const STORE_BYTES = 4096;

/** Fetches many bytes in one call, since a few cost OpenSSL as much, and wipes those that it has returned. */
export const createRandomText = (fill: (store: Buffer) => void = randomFillSync): RandomText => {
  const store = Buffer.alloc(STORE_BYTES);
  let used = STORE_BYTES;
  return (bytes, encoding) => {
    if (used + bytes > STORE_BYTES) {
      fill(store);
      used = 0;
    }
    const text = store.toString(encoding, used, used + bytes);
    store.fill(0, used, used + bytes);
    used += bytes;
    return text;
  };
};

/** One store for the process, as Node.js itself has one for `randomUUID()`. */
export const randomText = createRandomText();
