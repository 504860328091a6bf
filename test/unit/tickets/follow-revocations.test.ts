import { expect } from 'chai';
import { type Position, positionOf, type RevocationEntry } from '../../../src/protocol/revocation-entry.ts';
import { StoreUnavailable } from '../../../src/tickets/errors.ts';
import { followRevocations } from '../../../src/tickets/follow-revocations.ts';
import type { RevocationListener } from '../../../src/tickets/revocation-log.ts';
import { turns } from '../../support/frozen-time.ts';

const at = (number: number): Position => positionOf(number, 0);
const entry = (number: number): RevocationEntry => ({ position: at(number), key: `key-${number}` });
const entries = (from: number, to: number): readonly RevocationEntry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => entry(from + index));

const ENTRIES_PER_READ = 500;

/** A follower of a log whose store and reader the test plays. */
const setUp = (after: string | undefined, end = 5) => {
  const calls: unknown[] = [];
  const reads: {
    readonly position: string;
    reply(entries: readonly RevocationEntry[] | undefined): void;
    fail(): void;
  }[] = [];
  const listeners = new Set<RevocationListener>();
  const taken: (() => void)[] = [];
  const log = {
    entriesAfter: (position: Position) =>
      new Promise<readonly RevocationEntry[] | undefined>((resolve, reject) => {
        reads.push({ position, reply: resolve, fail: () => reject(new StoreUnavailable()) });
      }),
    follow: (listener: RevocationListener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const stop = followRevocations(
    { log, after, end: at(end) },
    {
      onStart: (position) => void calls.push(['start', position]),
      onEntries: (all) => {
        calls.push(...all.map(({ key }) => key));
        return new Promise((resolve) => taken.push(resolve));
      },
      onReset: (position) => void calls.push(['reset', position]),
      onEnd: (reason) => void calls.push(['end', reason]),
    },
  );
  const hear = (...all: readonly RevocationEntry[]) => {
    for (const { onEntries } of listeners) onEntries(all);
  };
  const reset = (position: Position) => {
    for (const { onReset } of listeners) onReset(position);
  };
  const delay = () => {
    for (const { onDelayed } of listeners) onDelayed();
  };
  /** Replies to the oldest read of the store. */
  const reply = async (stored: readonly RevocationEntry[] | undefined) => {
    reads.shift()?.reply(stored);
    await turns();
  };
  const take = async () => {
    for (const done of taken.splice(0)) done();
    await turns();
  };
  return { calls, reads, listeners, stop, hear, reset, delay, reply, take };
};

const keysOf = (all: readonly RevocationEntry[]): readonly string[] => all.map(({ key }) => key);

describe('follower of the revocations', () => {
  for (const [what, after] of [
    ['no position', undefined],
    ['the last position', at(5)],
  ] as const)
    it(`starts at the end of the log with ${what}, and gets what arrives without asking the store`, () => {
      const { calls, reads, hear } = setUp(after);
      hear(entry(6), entry(7));
      hear(entry(8));
      expect(calls).to.deep.equal([['start', at(5)], 'key-6', 'key-7', 'key-8']);
      expect(reads).to.deep.equal([]);
    });

  it('gets the stored entries after its position first, then those that arrived meanwhile, each once', async () => {
    const { calls, reads, hear, reply, take } = setUp(at(2));
    hear(entry(6));
    expect(reads.map(({ position }) => position)).to.deep.equal([at(2)]);
    hear(entry(7));
    expect(calls).to.deep.equal([]);
    await reply(entries(3, 6));
    hear(entry(8));
    expect(calls).to.deep.equal([['start', at(2)], ...keysOf(entries(3, 6))]);
    await take();
    expect(calls).to.deep.equal([['start', at(2)], ...keysOf(entries(3, 8))]);
    hear(entry(8), entry(9));
    expect(calls.slice(-2)).to.deep.equal(['key-8', 'key-9']);
  });

  it('gets many stored entries in parts, the next one when it has taken the last', async () => {
    const { calls, reads, reply, take } = setUp(at(1), 1200);
    await reply(entries(2, ENTRIES_PER_READ + 1));
    expect(reads).to.deep.equal([]);
    await take();
    expect(reads.map(({ position }) => position)).to.deep.equal([at(ENTRIES_PER_READ + 1)]);
    await reply(entries(ENTRIES_PER_READ + 2, 2 * ENTRIES_PER_READ + 1));
    await take();
    await reply([]);
    expect(reads).to.deep.equal([]);
    expect(calls).to.deep.equal([['start', at(1)], ...keysOf(entries(2, 2 * ENTRIES_PER_READ + 1))]);
  });

  it('is reset to the end of the log when the store has no entry at its position, and gets what follows', async () => {
    const { calls, hear, reply } = setUp('unknown');
    hear(entry(6));
    await reply(undefined);
    hear(entry(7));
    expect(calls).to.deep.equal([['reset', at(5)], 'key-6', 'key-7']);
  });

  it('is reset when its position is lost between two reads', async () => {
    const { calls, reply, take, hear } = setUp(at(1), 1200);
    await reply(entries(2, ENTRIES_PER_READ + 1));
    await take();
    await reply(undefined);
    hear(entry(1201));
    expect(calls.slice(-2)).to.deep.equal([['reset', at(1200)], 'key-1201']);
  });

  it('is reset when the log is, and gets what follows, also at lower positions', () => {
    const { calls, hear, reset } = setUp(undefined);
    hear(entry(6));
    reset(at(3));
    hear(entry(4));
    expect(calls).to.deep.equal([['start', at(5)], 'key-6', ['reset', at(3)], 'key-4']);
  });

  it('is reset to where the log is reset while it reads the store, whatever the store still replies', async () => {
    for (const stored of [undefined, entries(3, 6), []]) {
      const { calls, hear, reset, reply, take } = setUp(at(2));
      hear(entry(6));
      reset(at(3));
      hear(entry(4));
      await reply(stored);
      await take();
      const afterReset = calls.slice(calls.findLastIndex((call) => Array.isArray(call)));
      expect(afterReset, JSON.stringify(stored)).to.deep.equal([['reset', at(3)], 'key-4']);
    }
  });

  it('ends once when the log is delayed or the store fails, and gets nothing more', async () => {
    const late = setUp(undefined);
    late.delay();
    late.hear(entry(6));
    expect(late.calls).to.deep.equal([
      ['start', at(5)],
      ['end', 'delayed'],
    ]);
    const failed = setUp(at(2));
    failed.reads[0]?.fail();
    await turns();
    failed.hear(entry(6));
    failed.delay();
    expect(failed.calls).to.deep.equal([['end', 'failed']]);
    for (const { listeners } of [late, failed]) expect(listeners.size).to.equal(0);
  });

  it('gets nothing after it has stopped, also from a read under way', async () => {
    const { calls, listeners, stop, reply, reads } = setUp(at(2));
    stop();
    await reply(entries(3, 5));
    expect(calls).to.deep.equal([]);
    expect(listeners.size).to.equal(0);
    const { stop: stopFailing, calls: none, reads: failing } = setUp(at(2));
    stopFailing();
    failing[0]?.fail();
    await turns();
    expect([none, reads]).to.deep.equal([[], []]);
  });

  it('ends for slow when more than 10,000 entries arrive while older ones are not taken', async () => {
    const { calls, listeners, hear, reply, take } = setUp(at(2));
    await reply(entries(3, 5));
    hear(...entries(6, 10_005));
    expect(listeners.size).to.equal(1);
    hear(entry(10_006));
    expect(calls.at(-1)).to.deep.equal(['end', 'slow']);
    expect(listeners.size).to.equal(0);
    await take();
    expect(calls.at(-1)).to.deep.equal(['end', 'slow']);
  });
});
