import { hash, timingSafeEqual } from 'node:crypto';
import { bearerToken } from './bearer-token.ts';
import type { Middleware } from './context.ts';
import { RequestError } from './error-mapping.ts';

/** Lets a request pass that bears one of the keys; all are compared, each in constant time. */
export const requireGatewayKey = (keys: readonly string[]): Middleware => {
  const digests = keys.map(digestOf);
  return (ctx, next) => {
    const digest = digestOf(bearerToken(ctx.req.headers) ?? '');
    const fits = digests.map((known) => timingSafeEqual(known, digest)).includes(true);
    if (!fits) throw new RequestError('GATEWAY_UNAUTHORIZED');
    return next();
  };
};

const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer');
