import type { Middleware } from './context.ts';

/** RFC 9111, section 5.2.2.5: no cache may keep the answer. */
export const noStore: Middleware = (ctx, next) => {
  ctx.set('Cache-Control', 'no-store');
  return next();
};
