import { expect } from 'chai';
import { clusterOptions } from '../../../src/redis/options.ts';
import { accessOf } from '../../support/redis-access.ts';

const optionsFor = async (env: Readonly<Record<string, string>> = {}) =>
  clusterOptions(await accessOf({ REDIS_URL: 'redis://a,b', REDIS_CLUSTER: 'true', ...env }));

describe('Redis client options for a cluster', () => {
  it('never queue a command or send it again after a failover', async () => {
    expect(await optionsFor()).to.include({
      lazyConnect: true,
      enableOfflineQueue: false,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
    });
  });

  it('follow at most 4 redirections of a moved slot', async () => {
    expect(await optionsFor()).to.include({ maxRedirections: 4, retryDelayOnTryAgain: 50 });
  });

  it('refresh the slots every 5 s', async () => {
    expect(await optionsFor()).to.include({ slotsRefreshTimeout: 1_000, slotsRefreshInterval: 5_000 });
  });

  it('never stop retrying', async () => {
    const { clusterRetryStrategy } = await optionsFor();
    for (const attempt of [1, 10, 1_000, 1_000_000]) expect(clusterRetryStrategy(attempt)).to.be.within(50, 2_000);
  });

  it('time out the connection to a dead node before a command to it times out', async () => {
    const limitOf = async (connectMs: number, commandMs: number) => {
      const limits = { REDIS_CONNECT_TIMEOUT_MS: `${connectMs}`, REDIS_COMMAND_TIMEOUT_MS: `${commandMs}` };
      return (await optionsFor(limits)).redisOptions.connectTimeout;
    };
    expect(await limitOf(2_000, 2_000)).to.equal(1_000);
    expect(await limitOf(60_000, 60_000)).to.equal(1_000);
    expect(await limitOf(300, 2_000)).to.equal(300);
    expect(await limitOf(2_000, 500)).to.equal(250);
  });

  it('connect to a node by its host name with TLS, so that its certificate matches', async () => {
    const { dnsLookup } = await optionsFor({ REDIS_URL: 'rediss://a,b' });
    const called = await new Promise((resolve) => dnsLookup?.('a.internal', (_, address) => resolve(address)));
    expect(called).to.equal('a.internal');
    expect(await optionsFor()).to.not.have.property('dnsLookup');
  });
});
