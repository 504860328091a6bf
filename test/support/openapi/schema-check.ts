import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Schema } from './document.ts';

/** Says where a value breaks a schema. */
export type SchemaCheck = (schema: Schema, value: unknown) => readonly string[];

/** Checks by JSON Schema 2020-12, the dialect of OpenAPI 3.1; a schema is compiled at its first use. */
export const createSchemaCheck = (): SchemaCheck => {
  // strictTypes would have every subschema of an allOf repeat the type.
  const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  formats.default(ajv);
  const compiled = new Map<Schema, ValidateFunction>();
  return (schema, value) => {
    const validate = compiled.get(schema) ?? ajv.compile(schema);
    compiled.set(schema, validate);
    return validate(value) ? [] : (validate.errors ?? []).map(textOf);
  };
};

const textOf = ({ instancePath, message, params }: NonNullable<ValidateFunction['errors']>[number]): string =>
  `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`;
