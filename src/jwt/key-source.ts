import type { KeyObject } from 'node:crypto';
import type { JwtAlgorithm } from '../config/jwt-keys.ts';
import type { JoseHeader } from './jose-header.ts';

/** Where the keys come from that JWTs are verified with. */
export interface KeySource {
  /** What a JWT may be signed with at all. */
  readonly algorithms: readonly JwtAlgorithm[];
  /** The keys that may have signed a JWT with this header, mostly one; empty where there is none. Never rejects. */
  keysFor(header: JoseHeader): Promise<readonly KeyObject[]>;
}

/** Keys that stay as they were configured: any of them may have signed. */
export const fixedKeys = (keys: readonly KeyObject[], algorithms: readonly JwtAlgorithm[]): KeySource => ({
  algorithms,
  keysFor: async () => keys,
});
