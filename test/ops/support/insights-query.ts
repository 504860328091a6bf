/** A query of CloudWatch Logs Insights, limited to what the saved queries use. */
export interface Query {
  /** Every field of a log line that it names; `@timestamp` and its like are CloudWatch's own. */
  readonly fields: readonly string[];
  /** Whether a line passes its filters. */
  readonly passes: (line: Readonly<Record<string, unknown>>) => boolean;
}

type Line = Readonly<Record<string, unknown>>;

/**
 * Reads `fields`, `filter`, `stats`, `sort` and `limit`; throws on anything else.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
 */
export const parseQuery = (text: string): Query => {
  const commands = text.split('|').map((command) => command.trim());
  const filters = commands.filter((command) => command.startsWith('filter ')).map(filterOf);
  const named = commands.flatMap((command, index) => fieldsOf(command, aliasesOf(commands.slice(0, index + 1))));
  return {
    fields: [...new Set([...named, ...filters.flatMap(({ fields }) => fields)])],
    passes: (line) => filters.every(({ passes }) => passes(line)),
  };
};

const FUNCTIONS = 'avg|max|min|sum|count|pct|bin';

const aliasesOf = (commands: readonly string[]): readonly string[] =>
  commands.flatMap((command) => [...command.matchAll(/\bas (\w+)/g)].map(([, alias = '']) => alias));

const fieldsOf = (command: string, aliases: readonly string[]): readonly string[] => {
  const [verb = '', rest = ''] = split(command);
  if (verb === 'filter' || (verb === 'limit' && /^\d+$/.test(rest))) return [];
  if (!['fields', 'stats', 'sort'].includes(verb)) throw new SyntaxError(`no such command: ${command}`);
  const words = rest
    .replace(/\bas \w+/g, '')
    .replace(new RegExp(`\\b(${FUNCTIONS})\\(`, 'g'), '(')
    .replace(/\b(by|asc|desc|\d+[smhd]?)(?![\w.])/g, '')
    .match(/@?[A-Za-z][\w.]*(?:\()?/g);
  return (words ?? []).filter((word) => {
    if (word.endsWith('(')) throw new SyntaxError(`no such function: ${word}`);
    return !word.startsWith('@') && !aliases.includes(word);
  });
};

const split = (command: string): readonly [string, string] => {
  const space = command.indexOf(' ');
  return space < 0 ? [command, ''] : [command.slice(0, space), command.slice(space + 1)];
};

/** `FIELD = "x"` and `FIELD in ["x", "y"]`, joined by `or`. */
const filterOf = (command: string): Query => {
  const conditions = split(command)[1].split(/ or /).map(conditionOf);
  return {
    fields: conditions.flatMap(({ fields }) => fields),
    passes: (line) => conditions.some(({ passes }) => passes(line)),
  };
};

const conditionOf = (text: string): Query => {
  const [, field = '', operator, operand = ''] = /^(\w+) (=|in) (".*"|\[.*\])$/.exec(text.trim()) ?? [];
  if (operator === undefined) throw new SyntaxError(`cannot read the filter ${text}`);
  const wanted: unknown[] = [JSON.parse(operand)].flat();
  return { fields: [field], passes: (line: Line) => wanted.includes(line[field]) };
};
