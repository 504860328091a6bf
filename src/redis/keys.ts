import { randomUUID } from 'node:crypto';
import keySlot from 'cluster-key-slot';

/** The Redis keys below the prefix that all of them share. */
export interface Keyspace {
  ticket(digest: string): string;
  revocation(key: string): string;
  ended(key: string): string;
  logoutToken(key: string): string;
  count(key: string): string;
  /** The stream of all revocations. */
  readonly revocations: string;
}

/** The number is the version of the stored format: a new format gets new keys, which older versions never read. */
export const keyspace = (prefix: string): Keyspace => ({
  ticket: (digest) => `${prefix}t2:${digest}`,
  revocation: (key) => `${prefix}r2:${key}`,
  ended: (key) => `${prefix}e1:${key}`,
  logoutToken: (key) => `${prefix}l1:${key}`,
  count: (key) => `${prefix}n2:${key}`,
  revocations: `${prefix}s1:revocations`,
});

/** Prefixes of keys for trying Redis out, so that they need the same permissions as real ones. */
export type ProbeKeys = { readonly [Kind in 'ticket' | 'revocation' | 'count' | 'revocations']: string };

export const probeKeys = (prefix: string, purpose: 'probe' | 'check'): ProbeKeys => {
  const name = `${purpose}:${randomUUID()}`;
  const { ticket, revocation, count, revocations } = keyspace(prefix);
  return {
    ticket: ticket(name),
    revocation: revocation(name),
    count: count(name),
    revocations: `${revocations}:${name}`,
  };
};

const SLOTS = 16_384;
const END_SLOTS = 1024;

/** The nodes that serve each slot, the master first, as the client last learned them. */
export type SlotTable = readonly (readonly string[] | undefined)[];

/** Keys that start with `prefix`, one in the slots of each master; throws when a slot has no master. */
export const keyOnEachMaster = (slots: SlotTable, prefix: string): readonly string[] => {
  const masters = mastersOf(slots);
  const keys = new Map<string, string>();
  for (let number = 0; keys.size < masters.size && number < SLOTS * 16; number += 1) {
    const key = `${prefix}:${number}`;
    const master = slots[keySlot(key)]?.[0];
    if (master !== undefined && !keys.has(master)) keys.set(master, key);
  }
  return [...keys.values()];
};

const mastersOf = (slots: SlotTable): ReadonlySet<string> => {
  const masters = new Set<string>();
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const master = slots[slot]?.[0];
    if (master === undefined) throw new Error(`CLUSTERDOWN no master is known for slot ${slot}`);
    masters.add(master);
  }
  return masters;
};

/** Two keys that start with `prefix`, one at each end of the slots: in a cluster they are rarely on the same master. */
export const keysAtBothEnds = (prefix: string): readonly string[] => [
  keyWhere(prefix, (slot) => slot < END_SLOTS),
  keyWhere(prefix, (slot) => slot >= SLOTS - END_SLOTS),
];

const keyWhere = (prefix: string, fits: (slot: number) => boolean): string => {
  for (let number = 0; ; number += 1) if (fits(keySlot(`${prefix}:${number}`))) return `${prefix}:${number}`;
};
