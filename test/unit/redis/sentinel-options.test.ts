import { expect } from 'chai';
import { sentinelOptions } from '../../../src/redis/options.ts';
import { accessOf } from '../../support/redis-access.ts';

const optionsFor = async (env: Readonly<Record<string, string>> = {}) =>
  sentinelOptions(
    await accessOf({ REDIS_URL: 'redis://u:p@a:26379/2,b:26380', REDIS_SENTINEL_MASTER: 'main', ...env }),
    'main',
  );

describe('Redis client options for Sentinels', () => {
  it('have the Sentinels, the master name, and the user, password and database of the master', async () => {
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

  it('have REDIS_SENTINEL_PASSWORD for the Sentinels, otherwise no password', async () => {
    expect(await optionsFor()).to.not.have.property('sentinelPassword');
    const options = await optionsFor({ REDIS_SENTINEL_PASSWORD: 'theirs' });
    expect(options).to.include({ sentinelPassword: 'theirs', password: 'p' });
  });

  it('disconnect from the old master when a Sentinel reports a new one', async () => {
    expect(await optionsFor()).to.include({ failoverDetector: true });
    expect((await optionsFor()).sentinelReconnectStrategy()).to.equal(1_000);
  });

  it('retry the Sentinels within 500 ms, without end', async () => {
    const { sentinelRetryStrategy, sentinelCommandTimeout } = await optionsFor();
    expect([1, 2, 5, 6, 1_000_000].map(sentinelRetryStrategy)).to.deep.equal([100, 200, 500, 500, 500]);
    expect(sentinelCommandTimeout).to.equal(1_000);
  });
});
