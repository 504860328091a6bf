import type { IncomingHttpHeaders } from 'node:http';

// RFC 6750, section 2.1; the scheme's name in any case, as RFC 9110 has it.
const BEARER = /^Bearer +(\S.*)$/i;

/** What a request bears in its `Authorization` header, if it is a bearer token. */
export const bearerToken = ({ authorization = '' }: Pick<IncomingHttpHeaders, 'authorization'>): string | null =>
  BEARER.exec(authorization.trim())?.[1] ?? null;
