import type { RevokeScope } from '../../tickets/revoke.ts';
import { RequestError } from '../middleware/error-mapping.ts';

const SCOPES: readonly RevokeScope[] = ['session', 'subject'];

/** Which tickets the body of a revocation means; the session's where it does not say. */
export const revokeScopeOf = (body: Readonly<Record<string, unknown>>): RevokeScope => {
  const unknown = Object.keys(body).find((name) => name !== 'scope');
  const scope = SCOPES.find((candidate) => candidate === (body.scope ?? 'session'));
  if (unknown !== undefined || scope === undefined)
    throw new RequestError('BAD_REQUEST', 'The body may hold "scope", which is "session" or "subject", nothing else');
  return scope;
};
