import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { withTables } from '../../../ops/docs/tables.ts';

describe('README', () => {
  it('lists the variables and events that the code has', async () => {
    const readme = await readFile('README.md', 'utf8');
    expect(withTables(readme), 'run "npm run docs"').to.equal(readme);
  });

  it('cannot lose a table unnoticed', () => {
    expect(() => withTables('no markers here')).to.throw('the page lacks');
  });
});
