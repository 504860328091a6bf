import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The parts of an OpenAPI 3.1 document that the checks read; what is a reference has been followed. */
export interface ApiDocument {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  /** The answers, by status, to what is no operation. */
  readonly 'x-unlisted': Readonly<Record<'bytes' | 'path' | 'method' | 'preflight', Responses>>;
  /** What every answer bears beside its own. */
  readonly 'x-always': Headers;
  /** What answers of the public listener may bear beside their own. */
  readonly 'x-cors': Headers;
}

/** An operation by each of its methods, in lower case, beside what they share. */
export type PathItem = Readonly<Record<string, unknown>> & {
  /** The path begins in their URLs, where it is one of two with the same name. */
  readonly servers: readonly { readonly url: string; readonly description: string }[];
  readonly parameters?: readonly Parameter[];
  /** The path takes any method, as its one operation. */
  readonly 'x-any-method'?: boolean;
};

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
  /** The value is the rest of the path, slashes included, which OpenAPI cannot say. */
  readonly 'x-slashes'?: boolean;
}

export type Schema = Readonly<Record<string, unknown>>;
export type Responses = Readonly<Record<string, Response>>;

export interface Response {
  readonly headers?: Headers;
  /** By media type. */
  readonly content?: Readonly<Record<string, Media>>;
}

export interface Media {
  readonly schema: Schema;
  readonly examples: Readonly<Record<string, { readonly value: unknown }>>;
}

export type Headers = Readonly<Record<string, Header>>;

export interface Header {
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface Operation {
  readonly operationId: string;
  /** The listeners that answer it. */
  readonly tags: readonly string[];
  readonly responses: Responses;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

export const DOCUMENT = 'ops/openapi/ticketd.yaml';

export const readDocument = (): ApiDocument => inlined(parse(readFileSync(DOCUMENT, 'utf8')));

export interface LocatedOperation {
  readonly path: string;
  /** In capitals. */
  readonly method: string;
  readonly servers: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly anyMethod: boolean;
  readonly operation: Operation;
}

export const operationsIn = ({ paths }: ApiDocument): readonly LocatedOperation[] =>
  Object.entries(paths).flatMap(([path, { servers, parameters = [], 'x-any-method': anyMethod = false, ...item }]) =>
    Object.entries(item)
      .filter((entry): entry is [string, Operation] => METHODS.includes(entry[0]))
      .map(([method, operation]) => ({
        path: `${basePathOf(servers)}${path}`,
        method: method.toUpperCase(),
        servers: servers.map(({ description }) => description),
        parameters,
        anyMethod,
        operation,
      })),
  );

const basePathOf = ([server]: PathItem['servers']): string => /^\w+:\/\/[^/]+(.*)$/.exec(server?.url ?? '')?.[1] ?? '';

/** The paths of an operation, by the examples of its parameters. */
export const examplePathsOf = ({ path, parameters }: LocatedOperation): readonly string[] =>
  parameters.reduce<readonly string[]>(
    (paths, { name, examples = {} }) =>
      paths.flatMap((one) =>
        one.includes(`{${name}}`)
          ? Object.values(examples).map(({ value }) => one.replace(`{${name}}`, String(value)))
          : [one],
      ),
    [path],
  );

type Node = Readonly<Record<string, unknown>>;

/** The document with what it refers to in place of each reference; the same part is the same object everywhere. */
const inlined = (document: Node): ApiDocument => {
  const done = new Map<object, unknown>();
  const copy = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    const made = done.get(node) ?? (Array.isArray(node) ? node.map(copy) : copyObject(node as Node));
    done.set(node, made);
    return made;
  };
  const copyObject = ({ $ref, ...rest }: Node): unknown => {
    const own = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, copy(value)]));
    if (typeof $ref !== 'string') return own;
    const target = copy(targetOf(document, $ref));
    // JSON Schema 2020-12 lets keywords stand beside a reference; both hold.
    return Object.keys(own).length === 0 ? target : { allOf: [target, own] };
  };
  return copy(document) as ApiDocument;
};

const targetOf = (document: Node, ref: string): unknown => {
  const [root, ...keys] = ref.split('/');
  const target = keys.reduce<unknown>((node, key) => (node as Node | undefined)?.[key], document);
  if (root !== '#' || target === undefined) throw new Error(`${ref} leads nowhere`);
  return target;
};
