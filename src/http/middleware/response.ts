import { JSON_TYPE, ON_EVERY_ANSWER } from '../../protocol/response-headers.ts';
import type { Context } from './context.ts';

/** Answers with JSON. */
export const answerJson = (ctx: Context, value: object, status = 200): void =>
  answerText(ctx, { text: JSON.stringify(value), type: JSON_TYPE }, status);

export const answerText = (
  ctx: Context,
  body: { readonly text: string; readonly type: string },
  status = 200,
): void => {
  ctx.status = status;
  ctx.state.body = body;
};

/** Adds headers to the answer, whatever it will be. */
export const addHeaders = ({ state }: Context, headers: Readonly<Record<string, string>>): void => {
  state.headers = [...(state.headers ?? []), ...Object.entries(headers).flat()];
};

/**
 * Sends the answer in one piece with its headers. Koa would set each of them by itself, which is a fifteenth of what a
 * ticket costs, and ask of a body whether it is a fetch Response, for which alone Node loads its fetch.
 */
export const writeAnswer = (ctx: Context): void => {
  if (!ctx.writable) return;
  ctx.respond = false;
  ctx.res.writeHead(ctx.status, headersOf(ctx)).end(ctx.method === 'HEAD' ? undefined : ctx.state.body?.text);
};

const headersOf = ({ state: { traceId, headers = [], body } }: Context): (string | number)[] => {
  const all: (string | number)[] = ['X-Trace-Id', traceId, ...ON_EVERY_ANSWER, ...headers];
  if (body !== undefined) all.push('Content-Type', body.type, 'Content-Length', Buffer.byteLength(body.text));
  return all;
};
