import type { Context } from './context.ts';
import { RequestError } from './error-mapping.ts';
import { addHeaders } from './response.ts';

const MAX_BYTES = 4096;

type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a body that is empty or a JSON object of at most 4 KiB; an empty one reads as `{}`. */
export const readJsonObject = async (ctx: Context): Promise<JsonObject> => {
  const { 'content-length': announced, 'transfer-encoding': coding } = ctx.req.headers;
  const length = Number(announced ?? 0);
  // RFC 9112, section 6.3: without either header there is no body to wait for.
  if (length === 0 && coding === undefined) return {};
  if (length > 0) checkType(ctx);
  if (length > MAX_BYTES) throw tooLarge(ctx);
  const bytes = await read(ctx);
  if (bytes.length === 0) return {};
  // Only now it is known whether a body in chunks is empty.
  checkType(ctx);
  return objectOf(bytes);
};

const checkType = (ctx: Context): void => {
  const { charset } = ctx.request;
  if (!ctx.is('application/json')) throw new RequestError('UNSUPPORTED_MEDIA_TYPE');
  if (charset !== '' && charset.toLowerCase() !== 'utf-8') throw unsupported('Send the body in UTF-8');
  const encoding = ctx.get('Content-Encoding');
  if (encoding !== '' && encoding !== 'identity') throw unsupported('Send the body without a content encoding');
};

const read = (ctx: Context): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { req } = ctx;
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= MAX_BYTES) return;
      // Not destroyed: the response still has to be sent on its socket.
      req.off('data', take).pause();
      reject(tooLarge(ctx));
    };
    const abort = () => reject(badRequest('The body did not arrive completely'));
    const end = () => {
      req.off('close', abort);
      resolve(Buffer.concat(chunks));
    };
    if (req.destroyed) return abort();
    req.on('data', take).once('end', end).once('close', abort);
  });

const tooLarge = (ctx: Context): RequestError => {
  // The rest of the body is not read: the connection closes after this response.
  addHeaders(ctx, { Connection: 'close' });
  return new RequestError('PAYLOAD_TOO_LARGE', `Send a body of at most ${MAX_BYTES} bytes`);
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
const unsupported = (message: string) => new RequestError('UNSUPPORTED_MEDIA_TYPE', message);
