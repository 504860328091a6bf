import { type BodyForm, readBody } from './body.ts';
import type { Context } from './context.ts';
import { RequestError } from './error-mapping.ts';

const JSON_BODY: BodyForm = { type: 'application/json', maxBytes: 4096 };

type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a body that is empty or a JSON object of at most 4 KiB; an empty one reads as `{}`. */
export const readJsonObject = async (ctx: Context): Promise<JsonObject> => {
  const bytes = await readBody(ctx, JSON_BODY);
  return bytes.length === 0 ? {} : objectOf(bytes);
};

const objectOf = (bytes: Buffer): JsonObject => {
  const value = parse(bytes);
  if (!isObject(value)) throw badRequest('The body must be a JSON object');
  return value;
};

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

const parse = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(UTF_8.decode(bytes));
  } catch {
    throw badRequest('The body is not valid JSON in UTF-8');
  }
};

const badRequest = (message: string) => new RequestError('BAD_REQUEST', message);
