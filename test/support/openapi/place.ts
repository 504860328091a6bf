import type { Answer } from './answer.ts';
import { type ApiDocument, type LocatedOperation, operationsIn, type Responses } from './document.ts';

/** What the document says may be answered there. */
export interface Place {
  /** How a fault calls it. */
  readonly name: string;
  readonly responses: Responses;
  /** The methods that the path takes on this listener; none for a path that the document lacks. */
  readonly methods: readonly string[];
}

/** Finds the place of the document that an answer belongs to. */
export const createPlaceFinder = (document: ApiDocument): ((answer: Answer) => Place) => {
  const operations = operationsIn(document).map((located) => ({ ...located, takes: matcherOf(located.path) }));
  const unlisted = document['x-unlisted'];

  return ({ listener, method, path }) => {
    if (method === undefined || path === undefined) return { name: 'bytes', responses: unlisted.bytes, methods: [] };
    const there = operations.filter(({ takes, operation }) => takes(path) && operation.tags.includes(listener));
    const methods = there.map((located) => located.method);
    const meant = there.find((located) => located.method === method)?.operation;
    if (meant !== undefined) return { name: meant.operationId, responses: meant.responses, methods };
    const responses = {
      ...(method === 'OPTIONS' && listener === 'public' && unlisted.preflight),
      ...(methods.length > 0 && unlisted.method),
      ...(there.every(mayBeAbsent) && unlisted.path),
    };
    return { name: methods.length > 0 ? 'another method' : 'another path', responses, methods };
  };
};

/** Whether the configuration may leave the operation out. */
const mayBeAbsent = ({ operation: { responses } }: LocatedOperation): boolean => responses['404'] !== undefined;

// A parameter is one segment, but for {uri}: a whole path may stand there, or nothing.
const matcherOf = (template: string): ((path: string) => boolean) => {
  const parts = template.split(/(\{[^}]+\})/).map((part) => {
    if (part === '{uri}') return '.*';
    return part.startsWith('{') ? '[^/]+' : escaped(part);
  });
  const whole = new RegExp(`^${parts.join('')}$`);
  return (path) => whole.test(path);
};

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
