import type { Default, Variable } from '../../../src/config/variable.ts';
import { variables } from '../../../src/config/variables.ts';
import { type EventDeclaration, events } from '../../../src/log/events.ts';
import { examplesTable } from '../../../test/support/examples/table.ts';
import { guideSections } from '../../../test/support/identity-providers/sections.ts';
import { setupTable } from '../../../test/support/redis-setups/table.ts';
import { table } from './markdown-table.ts';

const code = (text: string): string => `\`${text}\``;

const shownDefault = (preset: Default | undefined): string => {
  if (preset === undefined) return '–';
  if (typeof preset === 'string') return code(preset);
  return `${code(preset.production)} in production, else ${code(preset.otherwise)}`;
};

/** The table of environment variables, from the rows that the parser uses. */
export const configTable = (): string =>
  table(
    ['variable', 'default', 'meaning'],
    Object.values(variables)
      .flatMap((section) => Object.values<Variable<unknown>>(section))
      .map(({ name, default: preset, doc, secret }) => [
        code(name) + (secret ? ' (secret)' : ''),
        shownDefault(preset),
        doc,
      ]),
  );

/** The table of log events, from the catalogue. */
export const eventTable = (): string =>
  table(
    ['event', 'level', 'message', 'fields'],
    Object.entries<EventDeclaration>(events).map(([name, { level, msg, fields: declared }]) => [
      code(name),
      level,
      msg,
      Object.keys(declared).map(code).join(' ') || '–',
    ]),
  );

interface PageTable {
  /** The page, from the root of the project, with the markers `<!-- NAME -->` and `<!-- /NAME -->`. */
  readonly page: string;
  readonly name: string;
  readonly make: () => string;
}

export const tables: readonly PageTable[] = [
  { page: 'src/config/README.md', name: 'configuration', make: configTable },
  { page: 'src/log/README.md', name: 'events', make: eventTable },
  { page: 'src/redis/README.md', name: 'setups', make: setupTable },
  { page: 'ops/deploy/guides/your-gateway-in-five-minutes.md', name: 'examples', make: examplesTable },
  { page: 'ops/deploy/guides/identity-providers.md', name: 'providers', make: guideSections },
];

/** The text with one table in it replaced; throws if a marker is missing. */
export const withTable = (text: string, name: string, written: string): string => {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`the page lacks ${open} … ${close}`);
  return `${text.slice(0, from + open.length)}\n${written.trim()}\n${text.slice(to)}`;
};
