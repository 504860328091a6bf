import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { tables, withTable } from '../../../ops/build/docs/tables.ts';

describe('generated tables', () => {
  for (const { page, name, make } of tables)
    it(`equal what the code says: ${name} in ${page}`, () => {
      const text = readFileSync(page, 'utf8');
      expect(withTable(text, name, make()), 'run "npm run docs"').to.equal(text);
    });

  it('fail when the markers of a table are missing', () => {
    expect(() => withTable('no markers here', 'events', '')).to.throw('the page lacks');
  });
});
