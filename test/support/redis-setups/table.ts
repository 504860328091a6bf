import { table } from '../../../ops/build/docs/markdown-table.ts';
import { diagnose } from '../../../src/redis/diagnosis.ts';
import { isFollowed, type Setup } from './setup.ts';
import { singleSetups } from './single.ts';
import { tlsSetups } from './tls.ts';
import { topologySetups } from './topologies.ts';

/** The table of src/redis/README.md; the tests of the set-ups assert each of its cells. */
export const setupTable = (): string =>
  table(
    ['Redis', '`serve`', '`check-redis`', 'cause', 'remedy', 'tried'],
    [...singleSetups, ...topologySetups, ...tlsSetups].map(rowOf),
  );

const rowOf = (setup: Setup): readonly string[] => {
  const { name, errorCode } = setup;
  if (errorCode === undefined) return [name, 'ready', 'exit 0', '–', '–', '–'];
  const { verdict, remedy } = diagnose(Object.assign(new Error(errorCode), { code: errorCode }));
  const exit = verdict === 'unusable' ? 'exit 2' : 'exit 1';
  return [name, 'exit 1', exit, `\`${errorCode}\``, remedy, isFollowed(setup) ? 'works' : '–'];
};
