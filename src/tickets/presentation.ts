import type { RejectReason } from '../protocol/reject-reason.ts';
import type { TicketRecord } from './record.ts';

/** What a gateway reports about the request that a ticket came with. */
export interface Presentation {
  readonly ticket: string;
  /** The audience of the gateway; a ticket for another one is rejected. */
  readonly audience: string | undefined;
  /** The `Origin` of the request; `null` if it had none, `undefined` if the gateway does not report it. */
  readonly origin: string | null | undefined;
  /** What precedes `?` in the target of the request; a ticket for another path is rejected. */
  readonly path?: string | undefined;
  /** The `Sec-Fetch-Site` of a request without `Origin`: which page made the browser send it. */
  readonly fetchSite?: string | undefined;
  /** The host that the browser addressed, if the gateway knows it. */
  readonly host?: string | undefined;
}

type Bound = Pick<TicketRecord, 'audience' | 'origin' | 'path'>;

/** Why a ticket does not fit the request that it came with; `undefined` if it does. */
export const mismatchOf = (bound: Bound, presentation: Presentation): RejectReason | undefined => {
  if (bound.audience !== undefined && bound.audience !== presentation.audience) return 'audience';
  if (bound.path !== undefined && bound.path !== presentation.path) return 'path';
  return fitsOrigin(bound, presentation) ? undefined : 'origin';
};

const fitsOrigin = (bound: Bound, presentation: Presentation): boolean => {
  const { origin } = presentation;
  if (bound.origin === undefined || origin === undefined || bound.origin === origin) return true;
  return origin === null && fitsWithoutOrigin(bound, presentation);
};

// A value that is none of the specification counts as `cross-site`.
const NOT_ANOTHER_SITE: readonly string[] = ['same-origin', 'same-site', 'none'];

/**
 * Browsers send no `Origin` with a GET of the same origin, a link or an image, but say where it comes from
 * (https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header). A ticket for one path opens nothing else: it passes
 * unless a page of another site has sent it.
 */
const fitsWithoutOrigin = ({ origin = '', path }: Bound, { fetchSite, host }: Presentation): boolean => {
  if (path !== undefined) return fetchSite === undefined || NOT_ANOTHER_SITE.includes(fetchSite);
  return fetchSite === 'same-origin' && (host === undefined || hostOf(origin) === host.toLowerCase());
};

// An origin is a scheme, `://` and a host with its port (RFC 6454, section 6.2).
const hostOf = (origin: string): string => origin.slice(origin.indexOf('://') + 3).toLowerCase();
