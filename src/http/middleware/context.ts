import type { KeyObject } from 'node:crypto';
import type Koa from 'koa';
import type { Caller } from '../../auth/caller.ts';
import type { ErrorCode } from '../../protocol/errors.ts';

/** What the middleware of one request leave for those after them. */
export interface RequestState {
  traceId: string;
  /** Where the request comes from; lacking where the connection broke before that was asked. */
  address?: string;
  /** The JWT, and the keys that may have signed it, where koa-jwt looks for them. */
  token?: string;
  secret?: readonly KeyObject[];
  /** Where koa-jwt leaves the payload of a JWT that it has verified. */
  claims?: unknown;
  /** Set once the JWT has been accepted. */
  caller?: Caller;
  /** What the answer has beside its status and what all have: headers, names and values in turn; and a body. */
  headers?: readonly string[];
  body?: { readonly text: string; readonly type: string };
  /** Set when the request was refused, with why for the log. */
  errorCode?: ErrorCode;
  reason?: string;
}

export type Context = Koa.ParameterizedContext<RequestState>;
export type Middleware = Koa.Middleware<RequestState>;
export type App = Koa<RequestState>;
