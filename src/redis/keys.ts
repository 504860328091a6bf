import { randomUUID } from 'node:crypto';

/** Where things are stored below the prefix of all keys. */
export interface Keyspace {
  ticket(digest: string): string;
  revocation(key: string): string;
  count(key: string): string;
}

/** The number is that of the format of what is stored there: a new one gets new keys, which older versions never read. */
export const keyspace = (prefix: string): Keyspace => ({
  ticket: (digest) => `${prefix}t2:${digest}`,
  revocation: (key) => `${prefix}r2:${key}`,
  count: (key) => `${prefix}n2:${key}`,
});

/** Beginnings of keys that nothing else uses, one among those of each kind, so that they take the same rights. */
export type TrialKeys = { readonly [Kind in keyof Keyspace]: string };

export const trialKeys = (prefix: string, purpose: 'probe' | 'check'): TrialKeys => {
  const name = `${purpose}:${randomUUID()}`;
  const { ticket, revocation, count } = keyspace(prefix);
  return { ticket: ticket(name), revocation: revocation(name), count: count(name) };
};
