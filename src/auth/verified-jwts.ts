import { hash, type KeyObject } from 'node:crypto';
import type { Claims, JoseHeader } from './jwt-parts.ts';

/** A JWT whose signature was verified. */
export interface VerifiedJwt {
  readonly header: JoseHeader;
  readonly claims: Claims;
  /** The key that fits its signature. */
  readonly key: KeyObject;
  /** How long the JWT is. */
  readonly characters: number;
}

/**
 * The last JWTs that were verified: a user's JWT comes several times in its life. Only the signature need not be checked
 * again; whether its key is still trusted, and whether its claims are still valid, is for the caller to ask at each use.
 */
export interface VerifiedJwts {
  readonly size: number;
  find(digest: string): VerifiedJwt | undefined;
  add(digest: string, verified: VerifiedJwt): void;
  remove(digest: string): void;
}

const MAX_ENTRIES = 10_000;
// Of the JWTs: their claims take a few times as much memory.
const MAX_CHARACTERS = 4 * 1024 * 1024;

interface Limits {
  readonly maxEntries: number;
  readonly maxCharacters: number;
}

export const createVerifiedJwts = (
  { maxEntries, maxCharacters }: Limits = { maxEntries: MAX_ENTRIES, maxCharacters: MAX_CHARACTERS },
): VerifiedJwts => {
  // In the order of their last use.
  const entries = new Map<string, VerifiedJwt>();
  let total = 0;

  const remove = (digest: string): void => {
    total -= entries.get(digest)?.characters ?? 0;
    entries.delete(digest);
  };

  const removeOldest = (): void => {
    for (const digest of entries.keys()) {
      if (entries.size <= maxEntries && total <= maxCharacters) return;
      remove(digest);
    }
  };

  return {
    get size() {
      return entries.size;
    },
    find: (digest) => {
      const verified = entries.get(digest);
      if (verified === undefined) return undefined;
      entries.delete(digest);
      entries.set(digest, verified);
      return verified;
    },
    add: (digest, verified) => {
      remove(digest);
      entries.set(digest, verified);
      total += verified.characters;
      removeOldest();
    },
    remove,
  };
};

/** Under which a JWT is found: of all of it, since with another signature it is another JWT. No JWT stays in memory. */
export const digestOf = (jwt: string): string => hash('sha256', jwt, 'base64');
