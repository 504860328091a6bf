import type { Context } from '../context.ts';

/**
 * Answers with JSON. As text: given an object, Koa asks whether it is a fetch Response, and that question alone makes
 * Node load its fetch, half of what a first request would take.
 */
export const answerJson = (ctx: Context, value: object): void => {
  ctx.set('Content-Type', 'application/json; charset=utf-8');
  ctx.body = JSON.stringify(value);
};
