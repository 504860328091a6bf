import type { Answer } from './answer.ts';
import {
  type ApiDocument,
  type LocatedOperation,
  type Operation,
  operationsIn,
  type Parameter,
  type Responses,
} from './document.ts';

/** What the document says may be answered there. */
export interface Place {
  /** How a fault calls it. */
  readonly name: string;
  readonly responses: Responses;
  /** None where no operation is meant. */
  readonly operation?: Operation;
  /** The methods that the path takes on this listener; none for a path that the document lacks. */
  readonly methods: readonly string[];
}

/** Finds the place of the document that an answer belongs to. */
export const createPlaceFinder = (document: ApiDocument): ((answer: Answer) => Place) => {
  const operations = operationsIn(document).map((located) => ({ ...located, takes: matcherOf(located) }));
  const unlisted = document['x-unlisted'];

  return ({ listener, method, path }) => {
    if (method === undefined || path === undefined) return { name: 'bytes', responses: unlisted.bytes, methods: [] };
    const there = operations.filter(({ takes, operation }) => takes(path) && operation.tags.includes(listener));
    const methods = there.map((located) => located.method);
    const meant = there.find((located) => located.anyMethod || located.method === method)?.operation;
    const preflight = method === 'OPTIONS' && listener === 'public' && unlisted.preflight;
    if (meant !== undefined)
      return { name: meant.operationId, responses: { ...preflight, ...meant.responses }, operation: meant, methods };
    const responses = {
      ...preflight,
      ...(methods.length > 0 && unlisted.method),
      ...(there.every(mayBeAbsent) && unlisted.path),
    };
    return { name: methods.length > 0 ? 'another method' : 'another path', responses, methods };
  };
};

/** Whether the configuration may leave the operation out. */
const mayBeAbsent = ({ operation: { responses } }: LocatedOperation): boolean => responses['404'] !== undefined;

const matcherOf = ({ path, parameters }: LocatedOperation): ((path: string) => boolean) => {
  const pattern = path
    .split(/(\{[^}]+\})/)
    .map((part) => (part.startsWith('{') ? valuesOf(part.slice(1, -1), parameters) : escaped(part)))
    .join('');
  const whole = new RegExp(`^${pattern}$`);
  return (asked) => whole.test(asked);
};

const valuesOf = (name: string, parameters: readonly Parameter[]): string => {
  const { schema, 'x-slashes': slashes = false } =
    parameters.find((one) => one.in === 'path' && one.name === name) ?? {};
  if (typeof schema?.pattern === 'string') return `(?:${schema.pattern.replace(/^\^|\$$/g, '')})`;
  return slashes ? '.*' : '[^/]+';
};

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
