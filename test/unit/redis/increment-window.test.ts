import { expect } from 'chai';
import { Redis } from 'ioredis';
import { countOne } from '../../../src/redis/increment-window.ts';
import { singleOptions } from '../../../src/redis/options.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { accessOf } from '../../support/redis-access.ts';

describe('Redis rate limit counter', () => {
  let redis: TestRedis;
  let client: Redis;
  before(async () => {
    redis = await startRedis();
    client = new Redis(singleOptions(await accessOf({ REDIS_URL: redis.url })));
    await client.connect();
  });
  after(async () => {
    client.disconnect();
    await redis.stop();
  });

  it('begins a window at 1 with an expiry, and does not extend it', async () => {
    expect(await countOne(client, 'begun', 60_000)).to.deep.include({ count: 1 });
    await client.pexpire('begun', 5_000);
    const { count, endsInMs } = await countOne(client, 'begun', 60_000);
    expect(count).to.equal(2);
    expect(endsInMs).to.be.within(1, 5_000);
  });

  it('returns a unique count to each concurrent caller', async () => {
    const counted = await Promise.all(Array.from({ length: 100 }, () => countOne(client, 'at-once', 60_000)));
    expect(counted.map(({ count }) => count)).to.have.members(Array.from({ length: 100 }, (_, n) => n + 1));
  });

  it('sets an expiry on a window without one, and keeps its count', async () => {
    await client.set('endless', 7);
    expect(await countOne(client, 'endless', 60_000)).to.deep.equal({ count: 8, endsInMs: 60_000 });
    expect(await client.get('endless')).to.equal('8');
    expect(await client.pttl('endless')).to.be.within(1, 60_000);
  });

  it('needs one round trip', async () => {
    const sent = client.sendCommand.bind(client);
    const commands: string[] = [];
    client.sendCommand = (command, ...rest) => {
      commands.push(command.name);
      return sent(command, ...rest);
    };
    const counted = countOne(client, 'trip', 60_000);
    expect(commands, 'sent before any answer').to.deep.equal(['set', 'incr', 'pttl']);
    await counted;
    expect(commands).to.have.length(3);
  });
});
