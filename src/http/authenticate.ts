import koaJwt from 'koa-jwt';
import type { Config } from '../config/fields.ts';
import { algorithmsFor } from '../config/jwt-keys.ts';
import { RequestError } from '../errors/request-error.ts';
import { MIN_TTL_MS } from '../tickets/lifetime.ts';
import { bearerToken } from './bearer.ts';
import { callerOf } from './caller.ts';
import type { Context, Middleware } from './context.ts';

/** Lets a request pass that bears a valid JWT, and leaves its caller in the state. */
export const authenticate = (jwt: Config['jwt']): Middleware => {
  const verify = verifier(jwt);
  return async (ctx, next) => {
    if (bearerToken(ctx) === null)
      throw new RequestError('AUTH_TOKEN_MISSING', 'Send a JWT as "Authorization: Bearer <JWT>"');
    await verify(ctx, async () => {}).catch((error: { originalError?: unknown }) => {
      throw invalid(error.originalError ?? error);
    });
    const caller = callerOf(claimsOf(ctx), jwt.sessionClaim);
    if (caller.expiresAt - Date.now() < MIN_TTL_MS) throw invalid(new Error('it is about to expire, or has'));
    ctx.state.caller = caller;
    return next();
  };
};

const verifier = ({ secrets, publicKey, algorithms, issuer, audience, clockToleranceSeconds }: Config['jwt']) => {
  const keys = secrets ?? (publicKey === undefined ? [] : [publicKey]);
  const able = keys[0] === undefined ? [] : algorithmsFor(keys[0]);
  const options: koaJwt.Options & { clockTolerance: number } = {
    secret: keys as [],
    key: 'claims',
    getToken: bearerToken,
    algorithms: [...(algorithms ?? able)],
    // koa-jwt hands on to jsonwebtoken what its own types do not name.
    clockTolerance: clockToleranceSeconds,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
  return koaJwt(options);
};

const claimsOf = (ctx: Context): Readonly<Record<string, unknown>> => {
  const claims: unknown = Reflect.get(ctx.state, 'claims');
  if (typeof claims !== 'object' || claims === null) throw invalid(new Error('the payload is not an object'));
  return { ...claims };
};

const invalid = (cause: unknown): RequestError =>
  new RequestError('AUTH_TOKEN_INVALID', 'The token is not valid', { cause });
