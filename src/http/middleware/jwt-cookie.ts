import type { IncomingHttpHeaders } from 'node:http';
import { TokenRejected } from '../../auth/errors.ts';
import { RequestError } from './error-mapping.ts';

/** The cookie that may carry the JWT. */
export interface JwtCookie {
  /** The request headers that decide about a response, for its `Vary`. */
  readonly vary: string[];
  /** The JWT in the cookie; throws if there is none, or if the page may not use it. */
  jwtIn(headers: IncomingHttpHeaders): string;
}

export interface JwtCookieOptions {
  readonly name: string;
  /** The origins whose pages may use the cookie, beside the origin of ticketd itself. */
  readonly origins: readonly string[];
}

/**
 * A browser sends a cookie with the request of any page: only what it says about the page shows whether the user's own
 * application asks. The `Host` of a request does not, since an attacker may choose it (DNS rebinding).
 */
export const createJwtCookie = ({ name, origins }: JwtCookieOptions): JwtCookie => {
  const isOwnPage = ({ origin = '', 'sec-fetch-site': site }: IncomingHttpHeaders): boolean =>
    origins.includes(origin) || site === 'same-origin';
  return {
    vary: ['Origin', 'Authorization', 'Cookie', 'Sec-Fetch-Site'],
    jwtIn: (headers) => {
      const [value, ...others] = valuesOf(name, headers.cookie);
      if (value === undefined) throw tokenMissing(`there is neither an Authorization header nor the cookie ${name}`);
      if (!isOwnPage(headers))
        throw tokenMissing(
          'its Origin is not in CORS_ORIGINS and its Sec-Fetch-Site not same-origin: JWT_COOKIE is not used',
        );
      // A subdomain can add a second one, and the order says nothing about which is whose (RFC 6265, 5.4).
      if (others.length > 0) throw new TokenRejected('malformed', `there is more than one cookie ${name}`);
      return value;
    },
  };
};

/** A request without a JWT; `why` is for the log. */
export const tokenMissing = (why: string): RequestError =>
  new RequestError('AUTH_TOKEN_MISSING', undefined, { cause: new TokenRejected('missing', why) });

// RFC 6265, 4.2.1. Node joins several headers in the same way.
const valuesOf = (name: string, header = ''): readonly string[] =>
  header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
