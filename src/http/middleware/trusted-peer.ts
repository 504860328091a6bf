import type { Cidrs } from '../../config/cidrs.ts';
import type { Emit } from '../../log/events.ts';
import type { Middleware } from './context.ts';
import { RequestError } from './error-mapping.ts';

/** Lets a request pass that comes from one of these addresses: of the connection itself, never of a header. */
export const requireTrustedPeer =
  (trusted: Cidrs, emit: Emit): Middleware =>
  (ctx, next) => {
    const peer = ctx.req.socket.remoteAddress ?? '';
    if (trusted.contains(peer)) return next();
    emit('forward_auth_untrusted', { traceId: ctx.state.traceId, peer });
    throw new RequestError('FORWARD_AUTH_UNTRUSTED');
  };
