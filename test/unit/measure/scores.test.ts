import { resolve } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { expect } from 'chai';
import { isInSample } from '../../measure/sample.ts';
import { scoreTable } from '../../measure/scores.ts';

const mutant = (file: string, line: number, status: MutantResult['status']): MutantResult => ({
  id: `${file}:${line}`,
  mutatorName: 'BooleanLiteral',
  replacement: 'false',
  fileName: resolve(file),
  location: { start: { line, column: 0 }, end: { line, column: 4 } },
  status,
});

describe('mutation scores', () => {
  it('count a mutant that timed out as killed, and one without a test as survived', () => {
    const results = (['Killed', 'Timeout', 'Survived', 'NoCoverage'] as const).map((status, line) =>
      mutant('src/jwt/a.ts', line, status),
    );
    const rows = scoreTable(results, { 'src/jwt': 1 }).split('\n').slice(2);
    expect(rows).to.deep.equal(['| src/jwt | 4 | 1 | 1 | 1 | 1 | 50.00 |', '| all | 4 | 1 | 1 | 1 | 1 | 50.00 |']);
  });

  it('exclude a mutant that is ignored or has invalid code', () => {
    const results = (['Killed', 'Ignored', 'CompileError', 'RuntimeError'] as const).map((status, line) =>
      mutant('src/jwt/a.ts', line, status),
    );
    expect(scoreTable(results, { 'src/jwt': 1 })).to.include('| src/jwt | 1 | 1 | 0 | 0 | 0 | 100.00 |');
  });
});

describe('mutant sample', () => {
  const mutants = Array.from({ length: 1_000 }, (_, line) => mutant('src/redis/a.ts', line, 'Survived'));
  const sampled = (share: number) => mutants.filter((one) => isInSample(one, { 'src/redis': share }));

  it('has about the requested share, and a larger sample includes a smaller one', () => {
    const [some, more] = [sampled(0.3), sampled(0.5)];
    expect(some.length).to.be.within(250, 350);
    expect(more).to.include.members(some);
  });

  it('contains all mutants at a share of 1, and none of a folder without a share', () => {
    expect(sampled(1)).to.have.lengthOf(1_000);
    expect(mutants.filter((one) => isInSample(one, { 'src/jwt': 1 }))).to.deep.equal([]);
  });
});
