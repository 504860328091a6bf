import { expect } from 'chai';
import { sentinelOptions } from '../../../src/redis/options.ts';
import { accessOf } from '../../support/redis-access.ts';

const optionsFor = async (env: Readonly<Record<string, string>> = {}) =>
  sentinelOptions(
    await accessOf({ REDIS_URL: 'redis://u:p@a:26379/2,b:26380', REDIS_SENTINEL_MASTER: 'main', ...env }),
    'main',
  );

describe('the options of the Redis client behind Sentinels', () => {
  it('say where the Sentinels are and which master, with its own user, password and database', async () => {
    const options = await optionsFor();
    expect(options).to.deep.include({
      sentinels: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 26_380 },
      ],
      name: 'main',
      role: 'master',
      username: 'u',
      password: 'p',
      db: 2,
    });
    expect(options).to.not.have.any.keys('host', 'port');
  });

  it('give the Sentinels a password of their own, or none', async () => {
    expect(await optionsFor()).to.not.have.property('sentinelPassword');
    const options = await optionsFor({ REDIS_SENTINEL_PASSWORD: 'theirs' });
    expect(options).to.include({ sentinelPassword: 'theirs', password: 'p' });
  });

  it('leave an old master as soon as a Sentinel tells of a new one', async () => {
    expect(await optionsFor()).to.include({ failoverDetector: true });
    expect((await optionsFor()).sentinelReconnectStrategy()).to.equal(1_000);
  });

  it('ask the Sentinels again within half a second, for as long as it takes', async () => {
    const { sentinelRetryStrategy, sentinelCommandTimeout } = await optionsFor();
    expect([1, 2, 5, 6, 1_000_000].map(sentinelRetryStrategy)).to.deep.equal([100, 200, 500, 500, 500]);
    expect(sentinelCommandTimeout).to.equal(1_000);
  });
});
