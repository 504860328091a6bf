import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import type { RedisAccess } from '../../../src/redis/options.ts';
import { clusterOptions, sentinelOptions, singleOptions } from '../../../src/redis/options.ts';
import { accessOf } from '../../support/redis-access.ts';

const SENTINEL = { REDIS_SENTINEL_MASTER: 'main' };
const CLUSTER = { REDIS_CLUSTER: 'true' };
const NAME = { REDIS_TLS_SERVERNAME: 'cert.internal' };
const CA = rootCertificates[0] ?? '';

const trusting = ({ target, redis }: RedisAccess): RedisAccess => ({ target, redis: { ...redis, tlsCa: CA } });
const access = (url: string, env: Readonly<Record<string, string>> = {}) => accessOf({ REDIS_URL: url, ...env });
const single = async (url: string, env = {}) => singleOptions(await access(url, env));
const sentinel = async (url: string, env = {}) => sentinelOptions(await access(url, { ...SENTINEL, ...env }), 'main');
const cluster = async (url: string) => clusterOptions(await access(url, CLUSTER));

describe('Redis TLS to a single server', () => {
  it('verifies the host name of REDIS_URL', async () => {
    expect(await single('REDISS://cache.internal')).to.deep.include({ tls: { servername: 'cache.internal' } });
  });

  it('sends no server name when the host is an IP address', async () => {
    for (const host of ['10.0.0.7', '[::1]'])
      expect(await single(`rediss://${host}`))
        .to.have.property('tls')
        .that.deep.equals({});
  });

  it('verifies REDIS_TLS_SERVERNAME instead if it is not an IP address', async () => {
    for (const host of ['10.0.0.7', 'cache.internal'])
      expect(await single(`rediss://${host}`, NAME)).to.deep.include({ tls: { servername: 'cert.internal' } });
    const options = await single('rediss://cache.internal', { REDIS_TLS_SERVERNAME: '10.0.0.7' });
    expect(options).to.have.property('tls').that.deep.equals({});
  });

  it('trusts only the configured certificate authority', async () => {
    expect(singleOptions(trusting(await access('rediss://host')))).to.deep.include({
      tls: { servername: 'host', ca: CA },
    });
  });
});

describe('Redis TLS with Sentinels', () => {
  it('is used to the Sentinels and to the master', async () => {
    const options = sentinelOptions(trusting(await access('rediss://a,b', { ...SENTINEL, ...NAME })), 'main');
    const tls = { servername: 'cert.internal', ca: CA };
    expect(options).to.deep.include({ enableTLSForSentinelMode: true, tls, sentinelTLS: tls });
  });

  it('sends no server name by default, since each server has its own', async () => {
    expect(await sentinel('rediss://a,b')).to.deep.include({
      enableTLSForSentinelMode: true,
      tls: {},
      sentinelTLS: {},
    });
  });

  it('is not used with redis://', async () => {
    expect(await sentinel('redis://a,b')).to.not.have.any.keys('tls', 'sentinelTLS', 'enableTLSForSentinelMode');
  });
});

describe('Redis TLS in a cluster', () => {
  it('trusts only the configured certificate authority, and sets no server name', async () => {
    const { redisOptions } = clusterOptions(trusting(await access('rediss://a,b', CLUSTER)));
    expect(redisOptions).to.have.property('tls').that.deep.equals({ ca: CA });
    expect((await cluster('rediss://a,b')).redisOptions)
      .to.have.property('tls')
      .that.deep.equals({});
    expect((await cluster('redis://a,b')).redisOptions).to.not.have.property('tls');
  });
});

describe('Redis TLS', () => {
  it('always verifies the certificate and its name', async () => {
    const all = [
      await single('rediss://host'),
      await single('rediss://10.0.0.7', NAME),
      await sentinel('rediss://a,b', NAME),
      await cluster('rediss://a,b'),
    ];
    for (const options of all) {
      const names: string[] = [];
      JSON.stringify(options, (name, value) => {
        names.push(name);
        return typeof value === 'function' ? null : value;
      });
      expect(names).to.include('tls');
      for (const name of ['rejectUnauthorized', 'checkServerIdentity']) expect(names).to.not.include(name);
    }
  });
});
