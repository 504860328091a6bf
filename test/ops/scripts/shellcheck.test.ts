import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { run } from '../../support/run.ts';

const scripts = readdirSync('ops').filter((name) => name.endsWith('.sh'));

describe('the shell scripts', () => {
  for (const script of scripts)
    it(`pass shellcheck: ${script}`, async () => {
      expect(await run('shellcheck', ['--external-sources', `ops/${script}`])).to.equal('');
    });

  it('are all there', () => {
    expect(scripts).to.have.members(['credentials.sh', 'load.sh', 'smoke.sh']);
  });
});
