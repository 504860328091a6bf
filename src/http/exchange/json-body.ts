import { RequestError } from '../../errors/request-error.ts';
import type { Context } from '../context.ts';

const MAX_BYTES = 4096;

/** Reads a body that is empty or a JSON object of at most 4 KiB; an empty one reads as `{}`. */
export const readJsonObject = async (ctx: Context): Promise<Readonly<Record<string, unknown>>> => {
  if (Number(ctx.headers['content-length'] ?? 0) > 0) checkType(ctx);
  const bytes = await read(ctx);
  if (bytes.length === 0) return {};
  // What comes in chunks turns out only now to be more than nothing.
  checkType(ctx);
  return objectOf(bytes);
};

const checkType = (ctx: Context): void => {
  const { charset } = ctx.request;
  if (!ctx.is('application/json')) throw unsupported('Send the body as application/json');
  if (charset !== '' && charset.toLowerCase() !== 'utf-8') throw unsupported('Send the body in UTF-8');
  const encoding = ctx.get('Content-Encoding');
  if (encoding !== '' && encoding !== 'identity') throw unsupported('Send the body without a content encoding');
};

// Without destroying the request at the limit: its socket still has to carry the answer.
const read = async (ctx: Context): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of arriving(ctx)) {
    size += chunk.length;
    if (size > MAX_BYTES) throw tooLarge(ctx);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const arriving = async function* (ctx: Context): AsyncGenerator<Buffer> {
  if (Number(ctx.request.length ?? 0) > MAX_BYTES) throw tooLarge(ctx);
  try {
    yield* ctx.req.iterator({ destroyOnReturn: false });
  } catch {
    throw badRequest('The body did not arrive whole');
  }
};

const tooLarge = (ctx: Context): RequestError => {
  // What is left of the body is not read: the connection ends with this answer.
  ctx.set('Connection', 'close');
  return new RequestError('PAYLOAD_TOO_LARGE', `Send a body of at most ${MAX_BYTES} bytes`);
};

const objectOf = (bytes: Buffer): Readonly<Record<string, unknown>> => {
  const value = parse(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('The body must be a JSON object');
  return { ...value };
};

const parse = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badRequest('The body is not valid JSON in UTF-8');
  }
};

const badRequest = (message: string) => new RequestError('BAD_REQUEST', message);
const unsupported = (message: string) => new RequestError('UNSUPPORTED_MEDIA_TYPE', message);
