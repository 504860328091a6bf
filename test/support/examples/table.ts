import { table } from '../../../ops/build/docs/markdown-table.ts';
import { cases, expectedOf } from './cases.ts';
import { examples } from './examples.ts';

/** The table of ops/deploy/guides/your-gateway-in-five-minutes.md; the tests of the examples assert each of its cells. */
export const examplesTable = (): string =>
  table(
    ['example', ...cases.map(({ title }) => title), 'log'],
    examples.map((example) => [
      `[${example.name}](../../examples/${example.folder})`,
      ...cases.map((played) => expectedOf(played, example) ?? '–'),
      'no ticket',
    ]),
  );
