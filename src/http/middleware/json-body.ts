import { isJsonObject, type JsonObject } from '../../protocol/json.ts';
import { isText } from '../../protocol/text.ts';
import { type BodyForm, readBody } from './body.ts';
import type { Context } from './context.ts';
import { RequestError } from './error-mapping.ts';

const JSON_BODY: BodyForm = { type: 'application/json', maxBytes: 4096 };

/** Reads a body that is empty or a JSON object of at most 4 KiB; an empty one reads as `{}`. */
export const readJsonObject = async (ctx: Context): Promise<JsonObject> => {
  const bytes = await readBody(ctx, JSON_BODY);
  return bytes.length === 0 ? {} : objectOf(bytes);
};

const objectOf = (bytes: Buffer): JsonObject => {
  const value = parse(bytes);
  if (!isJsonObject(value)) throw badRequest('The body must be a JSON object');
  return value;
};

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

const parse = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(UTF_8.decode(bytes));
  } catch {
    throw badRequest('The body is not valid JSON in UTF-8');
  }
};

export const badRequest = (message: string): RequestError => new RequestError('BAD_REQUEST', message);

/** Refuses a body with any other member: a misspelt name would change what the request means. */
export const requireKnownMembers = (body: JsonObject, names: readonly string[]): void => {
  if (Object.keys(body).every((name) => names.includes(name))) return;
  const quoted = names.map((name) => `"${name}"`);
  throw badRequest(`The body may have ${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}, nothing else`);
};

/** The text of a member of 1 to `max` characters; `undefined` if it is absent or `null`. */
export const textMember = (body: JsonObject, name: string, max: number): string | undefined => {
  const value = body[name] ?? undefined;
  if (value === undefined || isText(value, max)) return value;
  throw badRequest(`"${name}" must be a string of 1 to ${max} characters`);
};
