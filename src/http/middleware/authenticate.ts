import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Authenticate } from '../../auth/caller.ts';
import { TokenRejected } from '../../auth/errors.ts';
import type { Cidrs } from '../../config/cidrs.ts';
import type { Emit } from '../../log/events.ts';
import { MIN_TTL_MS } from '../../tickets/issue.ts';
import type { AuthenticationCheck } from './authentication-throttle.ts';
import type { Middleware } from './context.ts';
import { RequestError } from './error-mapping.ts';
import { countHeader } from './well-formed.ts';

/** Requires a valid JWT, and sets its caller. */
export const requireJwt =
  (authenticate: Authenticate): AuthenticationCheck =>
  async ({ req, state }) => {
    const token = bearerToken(req.headers);
    if (token === null) throw new RequestError('AUTH_TOKEN_MISSING');
    // Node reads the first, another server in front of ticketd may have read the last.
    if (countHeader(req, 'authorization') > 1) throw new TokenRejected('there is more than one Authorization');
    const caller = await authenticate(token);
    if (caller.expiresAt - Date.now() < MIN_TTL_MS) throw new TokenRejected('it is about to expire, or has');
    state.caller = caller;
  };

/** Requires one of the gateway keys; compares all of them, each in constant time. */
export const requireGatewayKey = (keys: readonly string[]): AuthenticationCheck => {
  const digests = keys.map(digestOf);
  return ({ req }) => {
    const digest = digestOf(bearerToken(req.headers) ?? '');
    if (!digests.map((known) => timingSafeEqual(known, digest)).includes(true))
      throw new RequestError('GATEWAY_UNAUTHORIZED');
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

const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer');
