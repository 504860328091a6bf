import { randomFillSync } from 'node:crypto';

/** Random bytes that nobody else ever gets, as text. */
export type RandomText = (bytes: number, encoding: 'hex' | 'base64url') => string;

// A multiple of what is asked for, so that nothing is left over.
const STORE_BYTES = 4096;

/** Fetches many bytes at once, since asking OpenSSL for a few costs as much; what was given out is wiped here. */
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

/** One store for the process, as Node.js itself keeps one for `randomUUID()`. */
export const randomText = createRandomText();
