import type { Context } from '../context.ts';

// RFC 6750, section 2.1; the scheme's name in any case, as RFC 9110 has it.
const BEARER = /^Bearer +(\S.*)$/i;

/** What a request bears in its `Authorization` header, if it is a bearer token. */
export const bearerToken = (ctx: Pick<Context, 'headers'>): string | null =>
  BEARER.exec(ctx.headers.authorization?.trim() ?? '')?.[1] ?? null;
