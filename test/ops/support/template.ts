import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type CollectionTag, parse, type ScalarTag, type Tags, YAMLMap } from 'yaml';

/** A CloudFormation template as written, short forms such as `!Ref` spelt out. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, Parameter>>;
  readonly Rules?: Readonly<Record<string, { readonly Assertions: readonly Assertion[] }>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown }>>;
}

export interface Parameter {
  readonly Type: string;
  readonly Default?: string | number;
  readonly AllowedPattern?: string;
  readonly AllowedValues?: readonly (string | number)[];
  readonly MinValue?: number;
  readonly MaxValue?: number;
}

interface Assertion {
  readonly Assert: unknown;
  readonly AssertDescription: string;
}

export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export const ECS_FOLDER = fileURLToPath(new URL('../../../ops/deploy/ecs/', import.meta.url));

/** The file names of all templates. */
export const templateNames: readonly string[] = readdirSync(ECS_FOLDER).filter((name) => name.endsWith('.yaml'));

export const readTemplate = (name: string): Template => parseTemplate(readFileSync(ECS_FOLDER + name, 'utf8'));

export const parseTemplate = (text: string): Template => parse(text, { customTags: shortForms });

const FUNCTIONS = ['Sub', 'Join', 'If', 'Not', 'And', 'Or', 'Equals', 'Select', 'Split', 'FindInMap', 'GetAtt'];

const shortForm = (tag: string, name: string): [ScalarTag, CollectionTag] => [
  { tag, resolve: (text) => ({ [name]: name === 'Fn::GetAtt' ? attributeOf(text) : text }) },
  {
    tag,
    collection: 'seq',
    resolve: (list) => {
      const map = new YAMLMap();
      map.set(name, list);
      return map;
    },
  },
];

// The name of an attribute may have dots of its own.
const attributeOf = (text: string): [string, string] => {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
};

const shortForms: Tags = [
  ...shortForm('!Ref', 'Ref'),
  ...shortForm('!Condition', 'Condition'),
  ...FUNCTIONS.flatMap((name) => shortForm(`!${name}`, `Fn::${name}`)),
];
