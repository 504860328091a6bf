import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Authenticate } from '../../auth/caller.ts';
import { TokenRejected } from '../../auth/errors.ts';
import type { Cidrs } from '../../config/cidrs.ts';
import type { Emit } from '../../log/events.ts';
import type { AuthenticationCheck } from './authentication-throttle.ts';
import type { Middleware } from './context.ts';
import { RequestError } from './error-mapping.ts';
import { countHeader } from './well-formed.ts';

/** Requires a valid JWT, and sets its caller. */
export const requireJwt =
  (authenticate: Authenticate): AuthenticationCheck =>
  async ({ req, state }) => {
    const token = bearerToken(req.headers);
    if (token === null) throw missing(req.headers);
    // Node reads the first, another server in front of ticketd may have read the last.
    if (countHeader(req, 'authorization') > 1)
      throw new TokenRejected('malformed', 'there is more than one Authorization');
    state.caller = await authenticate(token);
  };

const missing = ({ authorization }: IncomingHttpHeaders): RequestError => {
  const why =
    authorization === undefined ? 'there is no Authorization header' : 'its Authorization is not "Bearer JWT"';
  return new RequestError('AUTH_TOKEN_MISSING', undefined, { cause: new TokenRejected('missing', why) });
};

/**
 * Requires one of the gateway keys, as a bearer token or as the password of Basic; compares all of them, each in constant
 * time.
 */
export const requireGatewayKey = (keys: readonly string[]): AuthenticationCheck => {
  const digests = keys.map(digestOf);
  return ({ req }) => {
    const presented = keysIn(req.headers).map(digestOf);
    const matches = digests.flatMap((known) => presented.map((digest) => timingSafeEqual(known, digest)));
    if (!matches.includes(true)) throw new RequestError('GATEWAY_UNAUTHORIZED');
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

const keysIn = (headers: IncomingHttpHeaders): readonly string[] => {
  const token = bearerToken(headers);
  return token === null ? basicPasswords(headers) : [token];
};

const BASIC = /^Basic +([A-Za-z0-9+/_=-]+)$/i;

/** The password (RFC 7617) as it is, and as OAuth clients encode it (RFC 6749, section 2.3.1). */
const basicPasswords = ({ authorization = '' }: IncomingHttpHeaders): readonly string[] => {
  const [, encoded = ''] = BASIC.exec(authorization.trim()) ?? [];
  const [, ...parts] = Buffer.from(encoded, 'base64').toString().split(':');
  const password = parts.join(':');
  return [password, new URLSearchParams(`password=${password}`).get('password') ?? ''];
};

const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer');
