import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Authenticate } from '../../auth/caller.ts';
import { TokenRejected } from '../../auth/errors.ts';
import type { Cidrs } from '../../config/cidrs.ts';
import type { Emit } from '../../log/events.ts';
import { BASIC_CHALLENGE } from '../../protocol/errors.ts';
import type { AuthenticationCheck } from './authentication-throttle.ts';
import type { Middleware } from './context.ts';
import { RequestError } from './error-mapping.ts';
import { type JwtCookie, tokenMissing } from './jwt-cookie.ts';
import { countHeader } from './well-formed.ts';

/** Requires a valid JWT, in the `Authorization` header or else in the cookie, and sets its caller. */
export const requireJwt =
  (authenticate: Authenticate, cookie?: JwtCookie): AuthenticationCheck =>
  async (ctx) => {
    const { headers } = ctx.req;
    if (cookie !== undefined) ctx.vary(cookie.vary);
    const isCookieUsed = headers.authorization === undefined && cookie !== undefined;
    ctx.state.caller = await authenticate(isCookieUsed ? cookie.jwtIn(headers) : jwtIn(ctx.req));
  };

const jwtIn = (request: IncomingMessage): string => {
  const token = bearerToken(request.headers);
  if (token === null) throw missing(request.headers);
  // Node reads the first, another server in front of ticketd may have read the last.
  if (countHeader(request, 'authorization') > 1)
    throw new TokenRejected('malformed', 'there is more than one Authorization');
  return token;
};

const missing = ({ authorization }: IncomingHttpHeaders): RequestError =>
  tokenMissing(
    authorization === undefined ? 'there is no Authorization header' : 'its Authorization is not "Bearer JWT"',
  );

/** The gateway keys in force; the same array until they change. */
export type GatewayKeys = () => readonly string[];

/** Requires one of the gateway keys as a bearer token; compares all of them, each in constant time. */
export const requireGatewayKey = (keys: GatewayKeys): AuthenticationCheck =>
  requireKey(keys, (headers) => [bearerToken(headers) ?? '']);

/**
 * The same, also as the password of Basic: OAuth clients introspect with a client id and a secret. A refusal has the
 * challenge of the scheme that the client used.
 */
export const requireClientSecret = (keys: GatewayKeys): AuthenticationCheck => {
  const requireSecret = requireKey(keys, (headers) => [bearerToken(headers) ?? '', ...basicPasswords(headers)]);
  return (ctx) => {
    try {
      return requireSecret(ctx);
    } catch (error) {
      throw isBasic(ctx.req.headers) ? basicRefused() : error;
    }
  };
};

const isBasic = ({ authorization = '' }: IncomingHttpHeaders): boolean => /^Basic(\s|$)/i.test(authorization.trim());

const basicRefused = () =>
  new RequestError('GATEWAY_UNAUTHORIZED', 'Send a gateway key as the password of Basic, or as a bearer token', {
    challenge: BASIC_CHALLENGE,
  });

type PresentedKeys = (headers: IncomingHttpHeaders) => readonly string[];

const requireKey = (keys: GatewayKeys, presentedKeys: PresentedKeys): AuthenticationCheck => {
  const digestsInForce = digestsOf(keys);
  return ({ req }) => {
    const presented = presentedKeys(req.headers).map(digestOf);
    const matches = digestsInForce().flatMap((known) => presented.map((digest) => timingSafeEqual(known, digest)));
    if (!matches.includes(true)) throw new RequestError('GATEWAY_UNAUTHORIZED');
  };
};

const digestsOf = (gatewayKeys: GatewayKeys): (() => readonly Buffer[]) => {
  let keys = gatewayKeys();
  let digests = keys.map(digestOf);
  return () => {
    if (gatewayKeys() !== keys) {
      keys = gatewayKeys();
      digests = keys.map(digestOf);
    }
    return digests;
  };
};

/** Requires one of these addresses: that of the connection itself, never that of a header. */
export const requireTrustedPeer =
  (trusted: Cidrs, emit: Emit): Middleware =>
  (ctx, next) => {
    const peer = ctx.req.socket.remoteAddress ?? '';
    if (trusted.contains(peer)) return next();
    emit('forward_auth_untrusted', { traceId: ctx.state.traceId, peer });
    throw new RequestError('FORWARD_AUTH_UNTRUSTED');
  };

// RFC 6750, section 2.1; the name of the scheme in any case, as RFC 9110 has it.
const BEARER = /^Bearer +(\S.*)$/i;

/** The bearer token in the `Authorization` header; `null` if there is none. */
export const bearerToken = ({ authorization = '' }: Pick<IncomingHttpHeaders, 'authorization'>): string | null =>
  BEARER.exec(authorization.trim())?.[1] ?? null;

const BASIC = /^Basic +([A-Za-z0-9+/_=-]+)$/i;

/** The password (RFC 7617) as it is, and as OAuth clients encode it (RFC 6749, section 2.3.1). */
const basicPasswords = ({ authorization = '' }: IncomingHttpHeaders): readonly string[] => {
  const [, encoded = ''] = BASIC.exec(authorization.trim()) ?? [];
  const [, ...parts] = Buffer.from(encoded, 'base64').toString().split(':');
  const password = parts.join(':');
  return [password, new URLSearchParams(`password=${password}`).get('password') ?? ''];
};

const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer');
