/** Who is to act when, by whole milliseconds. */
export interface Agenda {
  add(who: number, atMs: number): void;
  /** Takes one that is due by then, the earliest first; `undefined` where none is. */
  takeDue(byMs: number): number | undefined;
  /** When the next one is due; `undefined` once there is none. */
  next(): number | undefined;
}

export const createAgenda = (): Agenda => {
  const slots = new Map<number, number[]>();
  let slot = 0;
  let taken = 0;
  let left = 0;

  const advance = (byMs: number) => {
    while (slot <= byMs && taken >= (slots.get(slot)?.length ?? 0)) {
      slots.delete(slot);
      taken = 0;
      slot += 1;
    }
  };

  return {
    add: (who, atMs) => {
      // What became due while the one before was dealt with comes next.
      const at = Math.max(slot, Math.ceil(atMs));
      const there = slots.get(at);
      if (there) there.push(who);
      else slots.set(at, [who]);
      left += 1;
    },
    takeDue: (byMs) => {
      if (left === 0) return undefined;
      advance(byMs);
      if (slot > byMs) return undefined;
      taken += 1;
      left -= 1;
      return slots.get(slot)?.[taken - 1];
    },
    next: () => {
      if (left === 0) return undefined;
      advance(Number.POSITIVE_INFINITY);
      return slot;
    },
  };
};
