import { randomUUID } from 'node:crypto';

/** Where things are kept below the prefix of all keys. */
export interface Keyspace {
  ticket(digest: string): string;
  revocation(holder: string): string;
}

export const keyspace = (prefix: string): Keyspace => ({
  ticket: (digest) => `${prefix}t:${digest}`,
  revocation: (holder) => `${prefix}rev:${holder}`,
});

/** Beginnings of keys that nothing else uses, among the tickets and among the revocations, so that they take the same rights. */
export interface TrialKeys {
  readonly ticket: string;
  readonly revocation: string;
}

export const trialKeys = (prefix: string, purpose: 'probe' | 'check'): TrialKeys => {
  const name = `${purpose}:${randomUUID()}`;
  const { ticket, revocation } = keyspace(prefix);
  return { ticket: ticket(name), revocation: revocation(name) };
};
