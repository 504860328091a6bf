import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { type CoveredFile, coverageTable, readCoverage, uncovered } from '../../measure/coverage-report.ts';

const fileOf = (file: string, lines: readonly number[], branches: readonly number[]): CoveredFile => ({
  file,
  lines: lines.map((count, index) => ({ line: index + 1, count })),
  branches: branches.map((count, index) => ({ line: index + 1, count })),
});

const FILES = [
  fileOf('src/log/a.ts', [1, 0, 0, 1, 0], [1, 0]),
  fileOf('src/jwt/b.ts', [1, 1], []),
  fileOf('src/log/c/d.ts', [9], [9]),
];

describe('coverage report', () => {
  it('has a row for each folder of src and one for all', () => {
    const rows = coverageTable(FILES).split('\n').slice(2);
    expect(rows).to.deep.equal(['| src/jwt | 100.00 | – |', '| src/log | 50.00 | 66.66 |', '| all | 62.50 | 66.66 |']);
  });

  it('lists uncovered lines and branches in ranges, for files that have any', () => {
    expect(uncovered(FILES)).to.equal('src/log/a.ts  lines 2-3, 5  branches in lines 2');
    expect(uncovered(FILES.slice(1))).to.equal('');
  });

  it('is read from the JSON that c8 writes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticketd-coverage-'));
    const at = (line: number) => ({ start: { line, column: 0 }, end: { line, column: 9 } });
    const reported = {
      statementMap: { 0: at(1), 1: at(2) },
      s: { 0: 3, 1: 0 },
      branchMap: { 0: { loc: at(2), type: 'branch' } },
      b: { 0: [0] },
    };
    writeFileSync(join(folder, 'final.json'), JSON.stringify({ [resolve('src/log/a.ts')]: reported }));
    const files = await readCoverage(join(folder, 'final.json'));
    rmSync(folder, { recursive: true });
    expect(files).to.deep.equal([
      {
        file: 'src/log/a.ts',
        lines: [
          { line: 1, count: 3 },
          { line: 2, count: 0 },
        ],
        branches: [{ line: 2, count: 0 }],
      },
    ]);
  });
});
