import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { run } from '../../support/run.ts';

const FOLDER = 'ops/deploy/scripts';
const scripts = readdirSync(FOLDER);

describe('shell scripts in ops/deploy/scripts', () => {
  for (const script of scripts)
    it(`pass shellcheck: ${script}`, async () => {
      expect(await run('shellcheck', ['--external-sources', `${FOLDER}/${script}`])).to.equal('');
    });

  it('include exactly credentials.sh, load.sh and smoke.sh', () => {
    expect(scripts).to.have.members(['credentials.sh', 'load.sh', 'smoke.sh']);
  });
});
