import { expect } from 'chai';
import { parseInfo, warningsOf } from '../../../src/redis/server-info.ts';

interface Server {
  readonly lines?: readonly string[];
  readonly snapshots?: string;
  readonly topology?: 'single' | 'sentinel' | 'cluster';
}

const NOEVICTION = 'maxmemory_policy:noeviction';

const warnings = ({ lines = [], snapshots = '', topology = 'single' }: Server) =>
  warningsOf(parseInfo([NOEVICTION, 'maxmemory:0', 'aof_enabled:0', ...lines].join('\r\n'), snapshots), topology);

describe('Redis warnings', () => {
  it('are empty when no ticket can be lost or reappear', () => {
    expect(warnings({})).to.deep.equal([]);
    for (const topology of ['sentinel', 'cluster'] as const)
      expect(warnings({ lines: ['min_slaves_good_slaves:1'], topology })).to.deep.equal([]);
  });

  for (const policy of ['allkeys-lru', 'volatile-ttl', 'allkeys-random'])
    it(`report maxmemory-policy ${policy}, which evicts live tickets`, () => {
      const evicting = `maxmemory_policy:${policy}`;
      const [warning, ...more] = warnings({ lines: ['maxmemory:1048576', evicting] });
      expect(warning).to.include(policy).and.include('set noeviction');
      expect(more).to.deep.equal([]);
      expect(warnings({ lines: ['maxmemory:0', evicting] })).to.deep.equal([]);
      expect(warnings({ lines: ['maxmemory:1048576', NOEVICTION] })).to.deep.equal([]);
    });

  it('report appendonly, which can restore redeemed tickets', () => {
    const [warning, ...more] = warnings({ lines: ['aof_enabled:1'] });
    expect(warning).to.match(/^appendonly is on: .* redeemed/);
    expect(more).to.deep.equal([]);
  });

  it('report save, which can restore redeemed tickets', () => {
    const [warning, ...more] = warnings({ snapshots: '3600 1 300 100' });
    expect(warning).to.match(/^save is set: .* redeemed/);
    expect(more).to.deep.equal([]);
  });

  for (const topology of ['sentinel', 'cluster'] as const)
    it(`report min-replicas-to-write 0, after which tickets can be redeemed twice (${topology})`, () => {
      const [warning, ...more] = warnings({ topology });
      expect(warning).to.match(/^min-replicas-to-write is 0: .* min-replicas-max-lag/);
      expect(more).to.deep.equal([]);
    });

  it('report all problems together', () => {
    const lines = ['maxmemory:1048576', 'maxmemory_policy:allkeys-lru', 'aof_enabled:1'];
    expect(warnings({ lines, snapshots: '60 1', topology: 'sentinel' })).to.have.lengthOf(4);
  });

  it('report that INFO is not allowed', () => {
    for (const topology of ['single', 'sentinel', 'cluster'] as const)
      expect(warningsOf(undefined, topology)).to.deep.equal([
        'INFO is not allowed: version and settings were not checked',
      ]);
  });
});
