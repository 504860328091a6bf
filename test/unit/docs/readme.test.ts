import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { withTables } from '../../../ops/build/docs/tables.ts';

describe('README.md', () => {
  it('lists the variables and events of the code', async () => {
    const readme = await readFile('README.md', 'utf8');
    expect(withTables(readme), 'run "npm run docs"').to.equal(readme);
  });

  it('fails the check when the markers of a table are missing', () => {
    expect(() => withTables('no markers here')).to.throw('the page lacks');
  });
});
