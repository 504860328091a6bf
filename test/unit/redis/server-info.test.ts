import { expect } from 'chai';
import { isTooOld, parseInfo, warningsOf } from '../../../src/redis/server-info.ts';

const reply = (...lines: readonly string[]): string => `# Server\r\n${lines.join('\r\n')}\r\n`;

const HEALTHY = [
  'redis_version:7.0.15',
  'os:Linux 6.1 x86_64',
  '',
  '# Replication',
  'role:master',
  'maxmemory:0',
  'maxmemory_policy:noeviction',
  'aof_enabled:0',
];

describe('what Redis says of itself', () => {
  it('is read from the reply of INFO', () => {
    expect(parseInfo(reply(...HEALTHY))).to.deep.equal({
      version: '7.0.15',
      role: 'master',
      evictionPolicy: 'noeviction',
      maxMemoryBytes: 0,
      appendOnly: false,
    });
  });

  it('has the version of Valkey before the one that it claims for compatibility', () => {
    expect(parseInfo(reply('redis_version:7.2.4', 'valkey_version:8.1.0')).version).to.equal('8.1.0');
  });

  it('may be nothing at all', () => {
    expect(parseInfo('')).to.deep.equal({
      version: undefined,
      role: undefined,
      evictionPolicy: undefined,
      maxMemoryBytes: 0,
      appendOnly: false,
    });
  });
});

describe('a version before 6.2, which has no GETDEL', () => {
  it('is too old', () => {
    for (const version of ['2.8.24', '5.0.14', '6.0.16', '6.1.240', '6.0'])
      expect(isTooOld(version), version).to.equal(true);
  });

  it('is the only one that is', () => {
    for (const version of ['6.2.0', '6.2', '6.10.1', '7.0.15', '8.1.0', '10.0.0', '255.255.255'])
      expect(isTooOld(version), version).to.equal(false);
  });
});

describe('the warnings about a Redis', () => {
  const warnings = (...lines: readonly string[]) => warningsOf(parseInfo(reply(...lines)));

  it('are none where no ticket can get lost or come back', () => {
    expect(warnings(...HEALTHY)).to.deep.equal([]);
    expect(warnings()).to.deep.equal([]);
  });

  it('tell of a full memory that would drop live tickets', () => {
    const [warning, ...more] = warnings('maxmemory:1048576', 'maxmemory_policy:allkeys-lru');
    expect(warning).to.include('allkeys-lru').and.include('noeviction');
    expect(more).to.deep.equal([]);
    expect(warnings('maxmemory:0', 'maxmemory_policy:allkeys-lru')).to.deep.equal([]);
    expect(warnings('maxmemory:1048576', 'maxmemory_policy:noeviction')).to.deep.equal([]);
  });

  it('tell of a file from which spent tickets come back', () => {
    expect(warnings('aof_enabled:1')).to.have.lengthOf(1);
    expect(warnings('aof_enabled:1')[0]).to.include('appendonly');
  });
});
