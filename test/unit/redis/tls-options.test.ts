import { rootCertificates } from 'node:tls';
import { expect } from 'chai';
import type { RedisAccess } from '../../../src/redis/access.ts';
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

describe('TLS to one server', () => {
  it('asks for the name of the host', async () => {
    expect(await single('REDISS://cache.internal')).to.deep.include({ tls: { servername: 'cache.internal' } });
  });

  it('asks for no name where the host is an address', async () => {
    for (const host of ['10.0.0.7', '[::1]'])
      expect(await single(`rediss://${host}`))
        .to.have.property('tls')
        .that.deep.equals({});
  });

  it('asks for the name that is configured instead, unless that is an address too', async () => {
    for (const host of ['10.0.0.7', 'cache.internal'])
      expect(await single(`rediss://${host}`, NAME)).to.deep.include({ tls: { servername: 'cert.internal' } });
    const options = await single('rediss://cache.internal', { REDIS_TLS_SERVERNAME: '10.0.0.7' });
    expect(options).to.have.property('tls').that.deep.equals({});
  });

  it('trusts the authority that is configured, and no other', async () => {
    expect(singleOptions(trusting(await access('rediss://host')))).to.deep.include({
      tls: { servername: 'host', ca: CA },
    });
  });
});

describe('TLS behind Sentinels', () => {
  it('is spoken to the Sentinels and to the master alike', async () => {
    const options = sentinelOptions(trusting(await access('rediss://a,b', { ...SENTINEL, ...NAME })), 'main');
    const tls = { servername: 'cert.internal', ca: CA };
    expect(options).to.deep.include({ enableTLSForSentinelMode: true, tls, sentinelTLS: tls });
  });

  it('asks for no name that is not configured, since each server has its own', async () => {
    expect(await sentinel('rediss://a,b')).to.deep.include({
      enableTLSForSentinelMode: true,
      tls: {},
      sentinelTLS: {},
    });
  });

  it('is not spoken with redis://', async () => {
    expect(await sentinel('redis://a,b')).to.not.have.any.keys('tls', 'sentinelTLS', 'enableTLSForSentinelMode');
  });
});

describe('TLS in a cluster', () => {
  it('trusts the authority that is configured, and fixes no name', async () => {
    const { redisOptions } = clusterOptions(trusting(await access('rediss://a,b', CLUSTER)));
    expect(redisOptions).to.have.property('tls').that.deep.equals({ ca: CA });
    expect((await cluster('rediss://a,b')).redisOptions)
      .to.have.property('tls')
      .that.deep.equals({});
    expect((await cluster('redis://a,b')).redisOptions).to.not.have.property('tls');
  });
});

describe('TLS anywhere', () => {
  it('always verifies the certificate, its name included', async () => {
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
