import type { KeyObject } from 'node:crypto';
import koaJwt from 'koa-jwt';
import { callerOf } from '../../auth/caller.ts';
import { KeysUnavailable, TokenRejected } from '../../auth/errors.ts';
import { refuseIssuedAhead, unverifiedIssuedAt } from '../../auth/issued-at.ts';
import { joseHeaderReader } from '../../auth/jose-header.ts';
import type { KeyLookup, KeySource } from '../../auth/key-source.ts';
import type { Config } from '../../config/fields.ts';
import { describeError } from '../../log/describe-error.ts';
import { MIN_TTL_MS } from '../../tickets/lifetime.ts';
import { bearerToken } from './bearer-token.ts';
import type { Context, Middleware } from './context.ts';
import { timesGiven } from './count-header.ts';
import { RequestError } from './error-mapping.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Lets a request pass that bears a valid JWT, and leaves its caller in the state. */
export const authenticate = (jwt: Config['jwt'], keys: KeySource): Middleware => {
  const verify = verifier(jwt, keys);
  return async (ctx, next) => {
    const token = bearerToken(ctx.req.headers);
    if (token === null) throw new RequestError('AUTH_TOKEN_MISSING');
    ctx.state.token = token;
    const claims = await verify(ctx, token);
    const caller = callerOf(claims, jwt.sessionClaim);
    if (caller.expiresAt - Date.now() < MIN_TTL_MS) throw new TokenRejected('it is about to expire, or has');
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
      throw error instanceof KeysUnavailable ? error : rejected(error);
    }
  };
};

const keysIn = (lookup: KeyLookup): readonly KeyObject[] => {
  if (lookup.outcome === 'unavailable') throw new KeysUnavailable(lookup.reason.message, lookup.retryAfterMs);
  if (lookup.keys.length === 0) throw new TokenRejected('there is no key that its header can mean');
  return lookup.keys;
};

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
  if (timesGiven(req, 'authorization') > 1) throw new TokenRejected('there is more than one Authorization');
};

const claimsOf = ({ state: { claims } }: Context): Claims => {
  if (!isObject(claims)) throw new TokenRejected('its payload is not an object');
  return claims;
};

const isObject = (value: unknown): value is Claims => typeof value === 'object' && value !== null;

// What the libraries throw says in its message what is wrong; JSON.parse quotes the token's own text.
const rejected = (error: unknown): TokenRejected => {
  const cause = error instanceof Error && 'originalError' in error ? error.originalError : error;
  if (cause instanceof TokenRejected) return cause;
  return new TokenRejected(cause instanceof SyntaxError ? 'its payload is not JSON' : describeError(cause).error);
};
