import { expect } from 'chai';
import { isTooOld, parseInfo } from '../../../src/redis/server-info.ts';

const reply = (...lines: readonly string[]): string => `# Server\r\n${lines.join('\r\n')}\r\n`;

const HEALTHY = [
  'redis_version:7.0.15',
  'redis_mode:standalone',
  'os:Linux 6.1 x86_64',
  '',
  '# Replication',
  'role:master',
  'maxmemory:0',
  'maxmemory_policy:noeviction',
  'aof_enabled:0',
];

describe('Redis INFO', () => {
  it('gives version, role and settings', () => {
    expect(parseInfo(reply(...HEALTHY))).to.deep.equal({
      version: '7.0.15',
      mode: 'standalone',
      settings: { version: '7.0.15', role: 'master', evictionPolicy: 'noeviction', appendOnly: false },
      maxMemoryBytes: 0,
      needsReplicas: false,
      snapshots: '',
    });
  });

  it('gives maxmemory, appendonly and save when they are set', () => {
    const lines = ['maxmemory:1048576', 'maxmemory_policy:volatile-ttl', 'aof_enabled:1'];
    const { settings, maxMemoryBytes, snapshots } = parseInfo(reply(...lines), '3600 1 300 100');
    expect(settings).to.include({ evictionPolicy: 'volatile-ttl', appendOnly: true });
    expect(maxMemoryBytes).to.equal(1_048_576);
    expect(snapshots).to.equal('3600 1 300 100');
  });

  it('gives needsReplicas when min-replicas-to-write is set, also without replicas', () => {
    expect(parseInfo(reply(...HEALTHY, 'min_slaves_good_slaves:0')).needsReplicas).to.equal(true);
    expect(parseInfo(reply(...HEALTHY, 'connected_slaves:2')).needsReplicas).to.equal(false);
  });

  it('gives the version of Valkey, not its Redis compatibility version', () => {
    const { version, settings } = parseInfo(reply('redis_version:7.2.4', 'valkey_version:8.1.0'));
    expect([version, settings.version]).to.deep.equal(['8.1.0', '8.1.0']);
  });

  it('gives empty values for an empty reply', () => {
    expect(parseInfo('')).to.deep.equal({
      version: '',
      mode: '',
      settings: { version: '', role: '', evictionPolicy: '', appendOnly: false },
      maxMemoryBytes: 0,
      needsReplicas: false,
      snapshots: '',
    });
  });
});

describe('Redis version check (6.2 or later, for GETDEL)', () => {
  it('rejects versions before 6.2', () => {
    for (const version of ['2.8.24', '5.0.14', '6.0.16', '6.1.240', '6.0'])
      expect(isTooOld(version), version).to.equal(true);
  });

  it('accepts version 6.2 and later', () => {
    for (const version of ['6.2.0', '6.2', '6.10.1', '7.0.15', '8.1.0', '10.0.0', '255.255.255'])
      expect(isTooOld(version), version).to.equal(false);
  });

  it('accepts an unknown version', () => {
    expect(isTooOld(parseInfo('').version)).to.equal(false);
  });
});
