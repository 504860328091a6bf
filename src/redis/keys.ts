import { randomUUID } from 'node:crypto';

/** Where things are kept below the prefix of all keys. */
export interface Keyspace {
  ticket(digest: string): string;
  revocation(holder: string): string;
  count(holder: string): string;
}

export const keyspace = (prefix: string): Keyspace => ({
  ticket: (digest) => `${prefix}t:${digest}`,
  revocation: (holder) => `${prefix}rev:${holder}`,
  count: (holder) => `${prefix}n:${holder}`,
});

/** Beginnings of keys that nothing else uses, one among those of each kind, so that they take the same rights. */
export type TrialKeys = { readonly [Kind in keyof Keyspace]: string };

export const trialKeys = (prefix: string, purpose: 'probe' | 'check'): TrialKeys => {
  const name = `${purpose}:${randomUUID()}`;
  const { ticket, revocation, count } = keyspace(prefix);
  return { ticket: ticket(name), revocation: revocation(name), count: count(name) };
};
