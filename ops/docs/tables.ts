import type { Default, Variable } from '../../src/config/variable.ts';
import { variables } from '../../src/config/variables.ts';
import { type EventDeclaration, events } from '../../src/log/events.ts';
import { table } from './markdown-table.ts';

const code = (text: string): string => `\`${text}\``;

const shownDefault = (preset: Default | undefined): string => {
  if (preset === undefined) return '–';
  if (typeof preset === 'string') return code(preset);
  return `${code(preset.production)} in production, else ${code(preset.otherwise)}`;
};

/** README's table of environment variables, from the rows that the parser works by. */
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

/** README's table of log events, from the catalogue. */
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

/** What stands in README between `<!-- NAME -->` and `<!-- /NAME -->`. */
export const tables: Readonly<Record<string, () => string>> = { configuration: configTable, events: eventTable };

/** The text with every table in it written anew; throws where a marker is missing. */
export const withTables = (text: string): string =>
  Object.entries(tables).reduce((written, [name, make]) => withTable(written, name, make()), text);

/** The text with one table in it replaced. */
export const withTable = (text: string, name: string, written: string): string => {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`the page lacks ${open} … ${close}`);
  return `${text.slice(0, from + open.length)}\n${written.trim()}\n${text.slice(to)}`;
};
