import { type BodyForm, readBody } from './body.ts';
import type { Context } from './context.ts';

// As long as the longest JWT that the headers of a request can contain.
const FORM: BodyForm = { type: 'application/x-www-form-urlencoded', maxBytes: 16_384 };

/** Reads a form of at most 16 KiB; an empty body has no fields. */
export const readForm = async (ctx: Context): Promise<URLSearchParams> =>
  new URLSearchParams((await readBody(ctx, FORM)).toString());
