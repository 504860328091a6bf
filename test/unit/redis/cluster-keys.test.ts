import { expect } from 'chai';
import keySlot from 'cluster-key-slot';
import { keyOnEachMaster, keysAtBothEnds, type SlotTable } from '../../../src/redis/keys.ts';
import { refusalOf } from '../../../src/redis/redis-errors.ts';
import { thrownBy } from '../../support/rejection.ts';

const SLOTS = 16_384;
const PREFIXES = ['ticketd:probe:3f1d', 'ticketd:probe:0b0f8f4e-6d0c-4d35-8a53-1c2f60b2a9e7', 'a'];

/** A cluster in which `masterOf` returns the master of a slot. */
const table = (masterOf: (slot: number) => string | undefined): SlotTable =>
  Array.from({ length: SLOTS }, (_, slot) => {
    const master = masterOf(slot);
    return master === undefined ? undefined : [master, `replica-of-${master}`];
  });

const even = table((slot) => `master-${Math.floor((slot * 3) / SLOTS)}`);
const ownersOf = (slots: SlotTable, keys: readonly string[]) => keys.map((key) => slots[keySlot(key)]?.[0]);

describe('cluster probe keys', () => {
  it('include one key on each of three masters', () => {
    const keys = keyOnEachMaster(even, 'ticketd:probe:1');
    expect(ownersOf(even, keys)).to.have.members(['master-0', 'master-1', 'master-2']);
  });

  it('begin with the prefix, and are unique', () => {
    const keys = keyOnEachMaster(even, 'ticketd:probe:1');
    for (const key of keys) expect(key).to.match(/^ticketd:probe:1:\d+$/);
    expect(new Set(keys)).to.have.property('size', 3);
  });

  it('stay the same while the slot table does', () => {
    expect(keyOnEachMaster(even, 'p')).to.deep.equal(keyOnEachMaster(even, 'p'));
  });

  for (const slot of [0, 7_777, SLOTS - 1])
    it(`include a key on a master that has only slot ${slot}`, () => {
      const uneven = table((candidate) => {
        if (candidate === slot) return 'tiny';
        return candidate === (slot + 1) % SLOTS ? 'tiny-too' : 'huge';
      });
      for (const prefix of PREFIXES)
        expect(ownersOf(uneven, keyOnEachMaster(uneven, prefix))).to.have.members(['huge', 'tiny', 'tiny-too']);
    });

  it('can reach every slot, so that no master is left out', () => {
    const all = table((slot) => `master-${slot}`);
    for (const prefix of PREFIXES) expect(keyOnEachMaster(all, prefix)).to.have.lengthOf(SLOTS);
  });

  it('are one key when there is one master', () => {
    expect(
      keyOnEachMaster(
        table(() => 'only'),
        'p',
      ),
    ).to.have.lengthOf(1);
  });

  it('follow a slot to its new master', () => {
    const [key = ''] = keyOnEachMaster(even, 'p');
    const moved = table((slot) => (slot === keySlot(key) ? 'new' : even[slot]?.[0]));
    expect(ownersOf(moved, keyOnEachMaster(moved, 'p')))
      .to.include('new')
      .and.have.lengthOf(4);
  });

  const holes: Readonly<Record<string, (slot: number) => SlotTable>> = {
    'no entry': (hole) => table((slot) => (slot === hole ? undefined : 'master')),
    'an empty entry': (hole) => even.map((nodes, slot) => (slot === hole ? [] : nodes)),
  };
  for (const [what, withHole] of Object.entries(holes))
    it(`fail with CLUSTERDOWN when a slot has no master (${what})`, () => {
      for (const hole of [0, 9_000, SLOTS - 1]) {
        const error = thrownBy(() => keyOnEachMaster(withHole(hole), 'p'));
        expect(error.message).to.match(new RegExp(`^CLUSTERDOWN .* slot ${hole}$`));
        expect(refusalOf(error)).to.deep.equal({ code: 'CLUSTERDOWN', reconnect: false });
      }
    });

  it('fail with CLUSTERDOWN while the slot table is empty', () => {
    expect(thrownBy(() => keyOnEachMaster([], 'p')).message).to.match(/^CLUSTERDOWN/);
  });
});

describe('probe keys at both ends of the slots', () => {
  it('are in the first and the last sixteenth of the slots, and begin with the prefix', () => {
    for (const prefix of PREFIXES) {
      const keys = keysAtBothEnds(prefix);
      for (const key of keys) expect(key.startsWith(`${prefix}:`), key).to.equal(true);
      const [low, high] = keys.map(keySlot);
      expect(low).to.be.within(0, SLOTS / 16 - 1);
      expect(high).to.be.within(SLOTS - SLOTS / 16, SLOTS - 1);
    }
  });
});
