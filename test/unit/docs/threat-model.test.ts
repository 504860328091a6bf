import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PAGE = readFileSync(`${ROOT}ops/deploy/security/threat-model.md`, 'utf8');
const NAMED = /^`(test\/[^`]+)`: (.+)$/;

/** The problem with the last cell of a row, which names a test; undefined if there is none. */
const faultOf = (cell: string): string | undefined => {
  const [, file, name = ''] = NAMED.exec(cell) ?? [];
  if (file === undefined) return `names no test: ${cell}`;
  if (!existsSync(`${ROOT}${file}`)) return `no such file: ${cell}`;
  return readFileSync(`${ROOT}${file}`, 'utf8').includes(name) ? undefined : `no such test: ${cell}`;
};

describe('ops/deploy/security/threat-model.md', () => {
  const [, section = ''] = PAGE.split('## Measures');
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '));
  const cells = rows.slice(2).map((row) => row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? '');

  it('names an existing test for each claim', () => {
    expect(cells).to.have.length.above(30);
    expect(cells.map(faultOf).filter((fault) => fault !== undefined)).to.deep.equal([]);
  });

  it('fails the check when a file or a test does not exist or is not named', () => {
    expect(faultOf('`test/unit/docs/nowhere.test.ts`: anything')).to.match(/^no such file/);
    expect(faultOf('`test/unit/docs/front-door.test.ts`: no test has this title')).to.match(/^no such test/);
    expect(faultOf('trust us')).to.match(/^names no test/);
  });
});
