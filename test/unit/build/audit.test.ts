import { spawnSync } from 'node:child_process';
import { expect } from 'chai';

/** What `npm audit --json` reports of a package in a folder. */
const advisory = (name: string, folder: string) => ({
  [name]: { name, severity: 'high', range: '<99', nodes: [folder] },
});

describe('ops/build/audit.mjs', () => {
  const audit = (report: object) => {
    const options = { input: JSON.stringify(report), encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync(process.execPath, ['ops/build/audit.mjs'], options);
    return { status, stderr };
  };

  it('fails for an advisory about a bundled package, and names it', () => {
    const vulnerabilities = { ...advisory('mocha', 'node_modules/mocha'), ...advisory('koa', 'node_modules/koa') };
    expect(audit({ vulnerabilities })).to.deep.equal({ status: 1, stderr: 'koa <99: high, see "npm audit"\n' });
  });

  it('passes for advisories about other packages', () => {
    expect(audit({ vulnerabilities: advisory('mocha', 'node_modules/mocha') })).to.deep.equal({
      status: 0,
      stderr: '',
    });
  });

  it('fails without a report', () => {
    const { status, stderr } = audit({ error: { summary: 'no network' } });
    expect(status).to.equal(1);
    expect(stderr).to.contain('npm audit has no report');
  });
});
