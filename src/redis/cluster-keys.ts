import keySlot from 'cluster-key-slot';

const SLOTS = 16_384;
const END_SLOTS = 1024;

/** For each slot the nodes that serve it, the master first; as the client learnt it last. */
export type SlotTable = readonly (readonly string[] | undefined)[];

/** Keys that begin with `prefix`, one in the slots of each master; throws where a slot has no master. */
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

/** Two keys that begin with `prefix`, at either end of the slots, which a cluster of several masters hardly keeps on one. */
export const keysAtBothEnds = (prefix: string): readonly string[] => [
  keyWhere(prefix, (slot) => slot < END_SLOTS),
  keyWhere(prefix, (slot) => slot >= SLOTS - END_SLOTS),
];

const keyWhere = (prefix: string, fits: (slot: number) => boolean): string => {
  for (let number = 0; ; number += 1) if (fits(keySlot(`${prefix}:${number}`))) return `${prefix}:${number}`;
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
