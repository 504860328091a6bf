import { table } from '../../../ops/build/docs/markdown-table.ts';
import { cases, expectedOf } from './cases.ts';
import { examples } from './examples.ts';

/** The table of ops/deploy/guides/your-gateway-in-five-minutes.md; the tests of the examples assert each of its cells. */
export const examplesTable = (): string =>
  table(
    ['', ...examples.map(({ name, folder }) => `[${name}](../../examples/${folder})`)],
    [
      ...cases.map((played) => [played.title, ...examples.map((example) => expectedOf(played, example) ?? '–')]),
      ['log', ...examples.map(() => 'no ticket')],
    ],
  );
