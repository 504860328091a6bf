import type { RevocationSource } from './revocation-source.ts';

/** The stream in Redis itself, for a gateway that redeems from Redis; `undefined` where it is not read. */
export const revocationsFromRedis = (): RevocationSource | undefined => undefined;
