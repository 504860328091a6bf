import type { KeyObject } from 'node:crypto';
import koaJwt from 'koa-jwt';
import { callerOf } from '../../auth/caller.ts';
import { refuseIssuedAhead, unverifiedIssuedAt } from '../../auth/issued-at.ts';
import { joseHeaderReader } from '../../auth/jose-header.ts';
import type { KeyLookup, KeySource } from '../../auth/key-source.ts';
import type { Config } from '../../config/variables.ts';
import { RequestError } from '../../protocol/request-error.ts';
import { MIN_TTL_MS } from '../../tickets/lifetime.ts';
import { bearerToken } from './bearer-token.ts';
import type { Context, Middleware } from './context.ts';
import { timesGiven } from './count-header.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Lets a request pass that bears a valid JWT, and leaves its caller in the state. */
export const authenticate = (jwt: Config['jwt'], keys: KeySource): Middleware => {
  const verify = verifier(jwt, keys);
  return async (ctx, next) => {
    const token = bearerToken(ctx.req.headers);
    if (token === null) throw new RequestError('AUTH_TOKEN_MISSING', 'Send a JWT as "Authorization: Bearer <JWT>"');
    ctx.state.token = token;
    const claims = await verify(ctx, token);
    const caller = callerOf(claims, jwt.sessionClaim);
    if (caller.expiresAt - Date.now() < MIN_TTL_MS) throw invalid(new Error('it is about to expire, or has'));
    ctx.state.caller = caller;
    return next();
  };
};

/** The claims of a JWT, once its header, its signature and its times are found to be right. */
const verifier = (jwt: Config['jwt'], keys: KeySource) => {
  const verify = koaJwt(optionsOf(jwt, keys));
  const headerOf = joseHeaderReader(keys.algorithms);
  return async (ctx: Context, token: string): Promise<Claims> => {
    try {
      refuseSeveral(ctx);
      ctx.state.secret = keysIn(await keys.keysFor(headerOf(token), () => unverifiedIssuedAt(token)));
      await verify(ctx, goOn);
      const claims = claimsOf(ctx);
      refuseIssuedAhead(claims, jwt.clockToleranceSeconds);
      return claims;
    } catch (error) {
      throw error instanceof RequestError ? error : invalid(error);
    }
  };
};

const keysIn = (lookup: KeyLookup): readonly KeyObject[] => {
  if (lookup.outcome === 'unavailable') throw unavailable(lookup.reason, lookup.retryAfterMs);
  if (lookup.keys.length === 0) throw new Error('there is no key that its header can mean');
  return lookup.keys;
};

const unavailable = (cause: Error, retryAfterMs: number): RequestError =>
  new RequestError('AUTH_KEYS_UNAVAILABLE', 'The key of the token is not available yet, try again', {
    cause,
    retryAfter: Math.max(1, Math.ceil(retryAfterMs / 1000)),
  });

const goOn = async (): Promise<void> => {};

const optionsOf = ({ issuer, audience, clockToleranceSeconds }: Config['jwt'], { algorithms }: KeySource) => {
  const options: koaJwt.Options & { clockTolerance: number } = {
    // Found for each JWT and left in the state, where koa-jwt looks first.
    secret: [],
    key: 'claims',
    getToken: ({ state: { token } }) => token,
    algorithms: [...algorithms],
    // koa-jwt hands on to jsonwebtoken what its own types do not name.
    clockTolerance: clockToleranceSeconds,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };
  return options;
};

// Node goes by the first, another server before us may have gone by the last.
const refuseSeveral = ({ req }: Context): void => {
  if (timesGiven(req, 'authorization') > 1) throw new Error('there is more than one Authorization');
};

const claimsOf = ({ state: { claims } }: Context): Claims => {
  if (!isObject(claims)) throw new Error('its payload is not an object');
  return claims;
};

const isObject = (value: unknown): value is Claims => typeof value === 'object' && value !== null;

const invalid = (error: unknown): RequestError =>
  new RequestError('AUTH_TOKEN_INVALID', 'The token is not valid', { cause: reasonOf(error) });

// JSON.parse quotes what it could not read, which is the token's own text.
const reasonOf = (error: unknown): unknown => {
  const cause = error instanceof Error && 'originalError' in error ? error.originalError : error;
  return cause instanceof SyntaxError ? new Error('its payload is not JSON') : cause;
};
