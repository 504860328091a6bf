import type { Context } from './context.ts';
import { RequestError } from './error-mapping.ts';
import { addHeaders } from './response.ts';

export interface BodyForm {
  readonly type: 'application/json' | 'application/x-www-form-urlencoded';
  readonly maxBytes: number;
}

/** Reads the body of a request, which is empty or has this form; refuses any other. */
export const readBody = async (ctx: Context, form: BodyForm): Promise<Buffer> => {
  const { 'content-length': announced, 'transfer-encoding': coding } = ctx.req.headers;
  const length = Number(announced ?? 0);
  // RFC 9112, section 6.3: without either header there is no body to wait for.
  if (length === 0 && coding === undefined) return EMPTY;
  if (length > 0) checkType(ctx, form);
  if (length > form.maxBytes) throw tooLarge(ctx, form);
  const bytes = await read(ctx, form);
  // Only now it is known whether a body in chunks is empty.
  if (bytes.length > 0) checkType(ctx, form);
  return bytes;
};

const EMPTY = Buffer.alloc(0);

const checkType = (ctx: Context, { type }: BodyForm): void => {
  const { charset } = ctx.request;
  if (!ctx.is(type)) throw unsupported(`Send the body as ${type}`);
  if (charset !== '' && charset.toLowerCase() !== 'utf-8') throw unsupported('Send the body in UTF-8');
  const encoding = ctx.get('Content-Encoding');
  if (encoding !== '' && encoding !== 'identity') throw unsupported('Send the body without a content encoding');
};

const read = (ctx: Context, form: BodyForm): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const { req } = ctx;
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= form.maxBytes) return;
      // Not destroyed: the response still has to be sent on its socket.
      req.off('data', take).pause();
      reject(tooLarge(ctx, form));
    };
    const abort = () => reject(new RequestError('BAD_REQUEST', 'The body did not arrive completely'));
    const end = () => {
      req.off('close', abort);
      resolve(Buffer.concat(chunks));
    };
    if (req.destroyed) return abort();
    req.on('data', take).once('end', end).once('close', abort);
  });

const tooLarge = (ctx: Context, { maxBytes }: BodyForm): RequestError => {
  // The rest of the body is not read: the connection closes after this response.
  addHeaders(ctx, { Connection: 'close' });
  return new RequestError('PAYLOAD_TOO_LARGE', `Send a body of at most ${maxBytes} bytes`);
};

const unsupported = (message: string) => new RequestError('UNSUPPORTED_MEDIA_TYPE', message);
