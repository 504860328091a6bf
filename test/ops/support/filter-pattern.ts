/** Whether a log line, parsed, is one that a filter counts. */
export type Matches = (line: unknown) => boolean;

/**
 * Reads the JSON form of CloudWatch's filter patterns: `{ $.a.b = "x*" }` with `= != < > <= >=`, `IS NULL|TRUE|FALSE`,
 * `NOT EXISTS`, `&&`, `||` and brackets. Throws if CloudWatch would not accept the pattern.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export const parseFilterPattern = (pattern: string): Matches => {
  const tokens = tokensOf(pattern);
  const next = (wanted?: string): string => {
    const token = tokens.shift();
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new SyntaxError(`${pattern}: expected ${wanted ?? 'more'}, not ${token ?? 'the end'}`);
    return token;
  };
  const joined = (operator: string, part: () => Matches, combine: (parts: readonly Matches[]) => Matches): Matches => {
    const parts = [part()];
    while (tokens[0] === operator) {
      next();
      parts.push(part());
    }
    return combine(parts);
  };
  const either = (): Matches => joined('||', both, (parts) => (line) => parts.some((part) => part(line)));
  const both = (): Matches => joined('&&', term, (parts) => (line) => parts.every((part) => part(line)));
  const term = (): Matches => {
    if (tokens[0] !== '(') return condition(selectorOf(next()), next);
    next('(');
    const inner = either();
    next(')');
    return inner;
  };
  next('{');
  const matches = either();
  next('}');
  if (tokens.length > 0) throw new SyntaxError(`${pattern}: ${tokens.join(' ')} after the end`);
  return matches;
};

const TOKEN = /\s*([{}()]|&&|\|\||!=|<=|>=|[=<>]|"(?:[^"\\]|\\.)*"|[^\s{}()&|!=<>"]+)/y;

const tokensOf = (pattern: string): string[] => {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const text = pattern.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new SyntaxError(`${pattern}: cannot read ${text.slice(at)}`);
    tokens.push(token);
  }
  return tokens;
};

/** Returns the value at a selector such as `$.a.b[0]`; `undefined` if it is missing. */
export const selectorOf = (selector: string): ((line: unknown) => unknown) => {
  if (!/^\$(\.[A-Za-z_]\w*|\[\d+\])+$/.test(selector)) throw new SyntaxError(`not a selector: ${selector}`);
  const path = selector.match(/\w+/g) ?? [];
  return (line) =>
    path.reduce<unknown>((value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined), line);
};

const condition = (select: (line: unknown) => unknown, next: (wanted?: string) => string): Matches => {
  const operator = next();
  if (operator === 'NOT') {
    next('EXISTS');
    return (line) => select(line) === undefined;
  }
  if (operator === 'IS') {
    const wanted = literal(next());
    return (line) => select(line) === wanted;
  }
  const compare = comparison(operator, next());
  return (line) => {
    const value = select(line);
    // A missing value matches no comparison, not even !=.
    return value !== undefined && value !== null && compare(value);
  };
};

const literal = (word: string): boolean | null => {
  if (!['TRUE', 'FALSE', 'NULL'].includes(word)) throw new SyntaxError(`IS ${word} is not known`);
  return JSON.parse(word.toLowerCase());
};

const comparison = (operator: string, operand: string): ((value: unknown) => boolean) => {
  const number = Number(operand);
  const isNumber = !operand.startsWith('"') && !Number.isNaN(number);
  const equal = isNumber ? (value: unknown) => value === number : wildcard(operand);
  const comparisons: Readonly<Record<string, (value: unknown) => boolean>> = {
    '=': equal,
    '!=': (value) => !equal(value),
    '<': (value) => Number(value) < number,
    '>': (value) => Number(value) > number,
    '<=': (value) => Number(value) <= number,
    '>=': (value) => Number(value) >= number,
  };
  const found = comparisons[operator];
  if (found === undefined) throw new SyntaxError(`no such operator: ${operator}`);
  if (/[<>]/.test(operator) && !isNumber) throw new SyntaxError(`${operator} needs a number, not ${operand}`);
  return found;
};

const wildcard = (operand: string): ((value: unknown) => boolean) => {
  if (!/^(".*"|[\w*]+)$/s.test(operand)) throw new SyntaxError(`put ${operand} in quotation marks`);
  const text = operand.startsWith('"') ? JSON.parse(operand) : operand;
  const parts = String(text)
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`, 's');
  return (value) => pattern.test(String(value));
};
