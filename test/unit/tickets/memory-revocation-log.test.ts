import { expect } from 'chai';
import { positionOf, type RevocationEntry } from '../../../src/protocol/revocation-entry.ts';
import { createMemoryRevocationLog } from '../../../src/tickets/memory-revocation-log.ts';

const MAX_ENTRIES = 100_000;
const START = positionOf(1000, 0);

const setUp = () => {
  const clock = { now: 1000 };
  const log = createMemoryRevocationLog(() => clock.now);
  const heard: RevocationEntry[] = [];
  const follow = () =>
    log.follow({ onEntries: (entries) => void heard.push(...entries), onReset: () => {}, onDelayed: () => {} });
  return { clock, log, heard, follow };
};

describe('revocations in memory', () => {
  it('start at the current time, without entries: no gateway resumes at a position of an earlier process', async () => {
    const { log } = setUp();
    expect(log.recentPosition()).to.equal(START);
    expect(await log.lastPosition()).to.equal(START);
    expect(log.lagSeconds()).to.equal(0);
    expect(await log.entriesAfter(START, 10)).to.deep.equal([]);
  });

  it('get rising positions, also when the clock stands or steps back', async () => {
    const { clock, log } = setUp();
    const positions = [];
    for (const now of [1000, 1000, 500, 1001, 1001]) {
      clock.now = now;
      await log.append('key');
      positions.push(log.recentPosition());
      expect(await log.lastPosition()).to.equal(log.recentPosition());
    }
    const expected = [
      positionOf(1000, 1),
      positionOf(1000, 2),
      positionOf(1000, 3),
      positionOf(1001, 0),
      positionOf(1001, 1),
    ];
    expect(positions).to.deep.equal(expected);
  });

  it('reach every listener once, in order, until it stops', async () => {
    const { log, heard, follow } = setUp();
    await log.append('before');
    const [stop] = [follow(), follow()];
    await log.append('one');
    stop();
    await log.append('two');
    expect(heard.map(({ key }) => key)).to.deep.equal(['one', 'one', 'two']);
    expect(heard.at(-1)?.position).to.equal(log.recentPosition());
  });

  it('are read from a position, at most as many as asked for', async () => {
    const { log } = setUp();
    for (const key of ['one', 'two', 'three']) await log.append(key);
    const keysAfter = async (position: string, limit: number) =>
      (await log.entriesAfter(position, limit))?.map(({ key }) => key);
    expect(await keysAfter(START, 10)).to.deep.equal(['one', 'two', 'three']);
    expect(await keysAfter(START, 2)).to.deep.equal(['one', 'two']);
    expect(await keysAfter(positionOf(1000, 2), 10)).to.deep.equal(['three']);
    expect(await keysAfter(positionOf(1000, 3), 10)).to.deep.equal([]);
  });

  it('cannot be read from a position without an entry', async () => {
    const { log } = setUp();
    await log.append('one');
    for (const position of [positionOf(0, 0), positionOf(999, 0), positionOf(1000, 2), positionOf(2000, 0), '', 'x'])
      expect(await log.entriesAfter(position, 10), position).to.equal(undefined);
  });

  it('are the last 100,000: an older position has no entry any more', async () => {
    const { log } = setUp();
    for (let count = 0; count < MAX_ENTRIES; count += 1) await log.append(`key-${count}`);
    expect(await log.entriesAfter(START, 1)).to.equal(undefined);
    expect(await log.entriesAfter(positionOf(1000, 1), 1)).to.deep.equal([
      { position: positionOf(1000, 2), key: 'key-1' },
    ]);
    await log.append('one more');
    expect(await log.entriesAfter(positionOf(1000, 1), 1)).to.equal(undefined);
  });
});
