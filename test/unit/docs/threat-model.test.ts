import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PAGE = readFileSync(`${ROOT}ops/security/threat-model.md`, 'utf8');
const NAMED = /^`(test\/[^`]+)`: (.+)$/;

/** What is wrong with the last cell of a row that claims something. */
const faultOf = (cell: string): string | undefined => {
  const [, file, name = ''] = NAMED.exec(cell) ?? [];
  if (file === undefined) return `names no test: ${cell}`;
  if (!existsSync(`${ROOT}${file}`)) return `no such file: ${cell}`;
  return readFileSync(`${ROOT}${file}`, 'utf8').includes(name) ? undefined : `no such test: ${cell}`;
};

describe('the threat model', () => {
  const [, section = ''] = PAGE.split('## What holds them');
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '));
  const cells = rows.slice(2).map((row) => row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? '');

  it('names for each claim a test that exists', () => {
    expect(cells).to.have.length.above(30);
    expect(cells.map(faultOf).filter((fault) => fault !== undefined)).to.deep.equal([]);
  });

  it('would be found out if it named another', () => {
    expect(faultOf('`test/unit/docs/nowhere.test.ts`: anything')).to.match(/^no such file/);
    expect(faultOf('`test/unit/docs/readme.test.ts`: flies to the moon')).to.match(/^no such test/);
    expect(faultOf('trust us')).to.match(/^names no test/);
  });
});
