import { expect } from 'chai';
import { positionOf } from '../../../src/protocol/revocation-entry.ts';
import { createRevocationReader } from '../../../src/redis/revocation-reader.ts';
import { createRevocationStream } from '../../../src/redis/revocation-stream.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { accessOf } from '../../support/redis-access.ts';
import { type OpenLog, openLog } from '../../support/redis-log.ts';
import { rejectionOf } from '../../support/rejection.ts';
import { until } from '../../support/until.ts';

const STREAM = 'ticketd:s1:revocations';
const PERSISTENT = ['--appendonly', 'yes', '--appendfsync', 'always'];

describe('log of revocations in Redis', () => {
  let redis: TestRedis;
  const open: OpenLog[] = [];
  const openTwo = async (): Promise<readonly [OpenLog, OpenLog]> => {
    const logs = await Promise.all([openLog({ REDIS_URL: redis.url }), openLog({ REDIS_URL: redis.url })]);
    open.push(...logs);
    return logs;
  };

  before(async () => {
    redis = await startRedis({ args: PERSISTENT });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((log) => log.close()));
    await redis.cli('FLUSHALL');
  });

  it('passes every entry to every instance once, in the order of the stream', async () => {
    const [here, there] = await openTwo();
    const start = await here.lastPosition();
    const keys = Array.from({ length: 100 }, (_, number) => `key-${number}`);
    await Promise.all(keys.map((key, number) => (number % 2 ? here : there).append(key)));
    await Promise.all([here.untilKeys(...keys), there.untilKeys(...keys)]);
    const [entries, same] = [here, there].map((log) => log.entries.filter(({ key }) => key !== ''));
    expect(entries).to.deep.equal(same);
    expect(here.keys).to.have.members(keys);
    const positions = (entries ?? []).map(({ position }) => position);
    expect(positions).to.deep.equal(positions.toSorted());
    expect(new Set(positions).size).to.equal(positions.length);
    expect(await there.lastPosition()).to.equal(positions.at(-1));
    expect(here.recentPosition()).to.equal(positions.at(-1));
    expect((await there.entriesAfter(start, 1000))?.slice(-keys.length)).to.deep.equal(entries);
  });

  it('is read from an entry, at most as many as asked for, and not from where no entry is', async () => {
    const [log] = await openTwo();
    for (const key of ['one', 'two', 'three']) await log.append(key);
    await log.untilKeys('three');
    const [one, two, three] = log.entries.slice(-3);
    const end = String(three?.position);
    expect(await log.entriesAfter(String(one?.position), 1)).to.deep.equal([two]);
    expect(await log.entriesAfter(end, 10)).to.deep.equal([]);
    const [ms, count] = end.split('-').map(Number) as [number, number];
    for (const position of [positionOf(ms, count + 1), positionOf(ms + 1000, 0), positionOf(1, 0), '', 'x', '$'])
      expect(await log.entriesAfter(position, 10), position).to.equal(undefined);
  });

  it('starts with an entry without a key, which no later instance adds again', async () => {
    const first = await openLog({ REDIS_URL: redis.url });
    const second = await openLog({ REDIS_URL: redis.url });
    open.push(first, second);
    expect(await redis.cli('XLEN', STREAM)).to.equal('1');
    expect(second.recentPosition()).to.equal(first.recentPosition());
    expect(first.keys).to.deep.equal([]);
  });

  it('drops entries that are older than the retention', async () => {
    await redis.cli('CONFIG', 'SET', 'stream-node-max-entries', '1');
    const [seconds] = (await redis.cli('TIME')).split('\n').map(Number) as [number];
    for (const age of [10_000, 3700, 3500, 0])
      await redis.cli('XADD', STREAM, `${(seconds - age) * 1000}-0`, 'k', 'old');
    const log = await openLog({ REDIS_URL: redis.url }, { retentionSeconds: 3600 });
    open.push(log);
    await log.append('new');
    expect(await redis.cli('XLEN', STREAM)).to.equal('3');
    await redis.cli('CONFIG', 'SET', 'stream-node-max-entries', '100');
  });

  const disconnect = () => redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
  const restart = async () => {
    await redis.stop();
    await redis.start();
  };

  for (const [what, lose, resets] of [
    ['FLUSHALL and a lost connection', () => redis.cli('FLUSHALL').then(disconnect), 1],
    ['DEL of the stream and a lost connection', () => redis.cli('DEL', STREAM).then(disconnect), 1],
    ['a restart of Redis without its data', () => redis.cli('FLUSHALL').then(restart), 1],
    ['a restart of Redis with its data', restart, 0],
    ['a lost connection', disconnect, 0],
  ] as const)
    it(`${resets ? 'is reset' : 'is not reset'} by ${what}, and continues`, async () => {
      const logs = await openTwo();
      const [here, there] = logs;
      await here.append('before');
      await Promise.all(logs.map((log) => log.untilKeys('before')));
      await lose();
      await redis.cli('XADD', STREAM, '*', 'k', 'meanwhile');
      for (const log of logs)
        await until('it is connected again', () =>
          resets ? log.resets.length === resets : log.keys.includes('meanwhile'),
        );
      await until('an instance can append', () =>
        there.append('after').then(
          () => true,
          () => false,
        ),
      );
      for (const log of logs) {
        await log.untilKeys('after');
        expect(log.resets).to.have.length(resets);
        expect(log.keys.filter((key) => key === 'after')).to.have.length(1);
        expect(log.resets.every((position) => position < String(log.recentPosition()))).to.equal(true);
      }
      expect(here.entries.slice(-1)).to.deep.equal(there.entries.slice(-1));
    });

  it('is reset once when an entry is gone that another connection has seen', async () => {
    const access = await accessOf({ REDIS_URL: redis.url });
    const heard: string[] = [];
    const reader = createRevocationReader({
      access,
      stream: createRevocationStream(STREAM),
      listener: {
        onEntries: (entries) => void heard.push(...entries.map(({ key }) => key)),
        onReset: () => void heard.push('reset'),
        onDelayed: () => void heard.push('delayed'),
      },
      emit: () => {},
    });
    const append = async (key: string) => {
      await redis.cli('XADD', STREAM, '*', 'k', key);
      await until(`the entry ${key}`, () => heard.includes(key));
    };
    reader.start();
    await until('the end of the stream is known', reader.recentPosition);
    await append('one');
    // As a replica may lack it that takes over.
    reader.recordPosition(positionOf(9_999_999_999_999, 0));
    await disconnect();
    await until('a reset', () => heard.includes('reset'));
    await append('two');
    await disconnect();
    await append('three');
    reader.close();
    expect(heard.filter((key) => key !== '')).to.deep.equal(['one', 'reset', 'two', 'three']);
  });

  it('rejects an append and a read with StoreUnavailable while Redis is down', async () => {
    const [log] = await openTwo();
    await redis.stop();
    await until('the outage is seen', () => log.eventsOf('redis_down').length > 0);
    for (const call of [log.append('key'), log.lastPosition(), log.entriesAfter(positionOf(1, 0), 1)])
      expect(await rejectionOf(call)).to.include({ name: 'StoreUnavailable' });
    await redis.start();
  });
});
