import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { table } from '../../ops/build/docs/markdown-table.ts';
import { byFolder, percentage } from './by-folder.ts';
import { isInSample, type Shares } from './sample.ts';

type Status = MutantResult['status'];

const KILLED: readonly Status[] = ['Killed', 'Timeout'];
const ALIVE: readonly Status[] = ['Survived', 'NoCoverage'];

/** A row for each folder of src: what share of the sampled mutants the tests noticed. */
export const scoreTable = (results: readonly MutantResult[], shares: Shares): string => {
  const sampled = results
    .filter((mutant) => isInSample(mutant, shares))
    .map(({ fileName, status }) => ({ file: relative('', fileName), status }));
  return table(
    ['folder', 'mutants', 'killed', 'timed out', 'survived', 'never run', 'score'],
    byFolder(sampled).map(([folder, inside]) => {
      const count = (...statuses: readonly Status[]) => inside.filter(({ status }) => statuses.includes(status)).length;
      const counted = count(...KILLED, ...ALIVE);
      return [
        folder,
        ...[counted, count('Killed'), count('Timeout'), count('Survived'), count('NoCoverage')].map(String),
        percentage(count(...KILLED), counted),
      ];
    }),
  );
};
