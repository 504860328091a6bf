import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { MAX_AUDIENCE_CHARACTERS, MAX_ORIGIN_CHARACTERS, MAX_PATH_CHARACTERS } from '../protocol/limits.ts';
import {
  AmbiguousTicketError,
  offeredProtocols,
  PROTOCOLS_HEADER,
  presentedTicket,
  type TicketCarriers,
  withoutTicket,
} from '../protocol/presented-ticket.ts';
import type { RejectReason } from '../protocol/reject-reason.ts';
import { isResourcePath, pathIn } from '../protocol/resource-path.ts';
import { traceIdOf } from '../protocol/trace-id.ts';
import { isTicket } from '../tickets/ticket.ts';
import { MisconfigurationError } from './misconfiguration-error.ts';
import type { GatewayOptions } from './options.ts';
import type { PresentedBy, RedeemRequest } from './redeemer.ts';
import { type Refused, refuse } from './refusal.ts';

/** One handshake in flight, with what is known of it so far. */
export interface HandshakeContext {
  traceId: string;
  ticket?: string | undefined;
  redeemSent: boolean;
  /** An instant of `performance.now()`. */
  readonly startedAt: number;
}

/** What a handshake presents; `refused` where no ticket can be redeemed. */
export type Presented =
  | { readonly outcome: 'presented'; readonly request: RedeemRequest; readonly protocols: readonly string[] }
  | Refused;

/** A request of Node.js, or one of the Fetch standard. */
export type GatewayRequest = IncomingMessage | Request;

/** Reads a handshake or another request. It strips the ticket from a request of Node.js; one of Fetch cannot be changed. */
export const readHandshake = (
  request: GatewayRequest,
  context: HandshakeContext,
  audience: GatewayOptions['audience'],
): Presented => {
  const headers = headersOf(request);
  const traceId = traceIdOf(headers);
  context.traceId = traceId;
  const carriers = carriersOf(request);
  const ticket = ticketIn(carriers);
  context.ticket = typeof ticket === 'string' ? ticket : undefined;
  const protocols = isFetchRequest(request) ? withoutTicket(carriers).protocols : stripTicket(request);
  if (ticket === undefined) return refuse('WS_TICKET_MISSING', { traceId });
  if (typeof ticket !== 'string') return notRedeemable('malformed', traceId, ticket);
  const presented = { ticket, audience: audienceOf(request, audience), path: boundPath(carriers), traceId };
  return presentedUnlessInvalid({ ...presented, ...sourceOf(headers) }, protocols);
};

// No ticket is bound to any other path: then only a ticket without a path passes.
const boundPath = ({ uri = '' }: TicketCarriers): string | undefined => {
  const path = pathIn(uri);
  return path.length <= MAX_PATH_CHARACTERS && isResourcePath(path) ? path : undefined;
};

/** Where a request comes from. The other two count only without an `Origin`. */
const sourceOf = ({ origin, ...headers }: IncomingHttpHeaders) => ({
  origin,
  fetchSite: origin === undefined ? headers['sec-fetch-site']?.toString() : undefined,
  host: origin === undefined ? addressedHost(headers) : undefined,
});

// Each proxy may add its own: the first entry is that of the browser.
const addressedHost = ({ 'x-forwarded-host': forwarded, host }: IncomingHttpHeaders): string | undefined =>
  forwarded?.toString().split(',')[0]?.trim() ?? host;

/** Reads a ticket that came in another way: anything but the text of a ticket is refused. */
export const readTicket = (ticket: unknown, context: HandshakeContext, presentedBy: PresentedBy): Presented => {
  const { traceId } = presentedBy;
  context.traceId = traceId;
  if (ticket === undefined || ticket === null || ticket === '') return refuse('WS_TICKET_MISSING', { traceId });
  if (typeof ticket !== 'string') return notRedeemable('malformed', traceId);
  context.ticket = ticket;
  return presentedUnlessInvalid({ ...presentedBy, ticket }, []);
};

/** `refused` where no ticket can be redeemed. */
const presentedUnlessInvalid = (request: RedeemRequest, protocols: readonly string[]): Presented => {
  const reason = invalidPartOf(request);
  return reason === undefined ? { outcome: 'presented', request, protocols } : notRedeemable(reason, request.traceId);
};

const isFetchRequest = (request: GatewayRequest): request is Request =>
  typeof Reflect.get(request.headers, 'get') === 'function';

const headersOf = (request: GatewayRequest): IncomingHttpHeaders =>
  isFetchRequest(request) ? Object.fromEntries(request.headers) : request.headers;

const ticketIn = (carriers: TicketCarriers): string | AmbiguousTicketError | undefined => {
  try {
    return presentedTicket(carriers);
  } catch (error) {
    if (error instanceof AmbiguousTicketError) return error;
    throw error;
  }
};

/** The parts of a request that can carry a ticket. */
export const carriersOf = (request: GatewayRequest): TicketCarriers => ({
  uri: isFetchRequest(request) ? targetOf(request.url) : request.url,
  protocols: offeredProtocols(headersOf(request)),
});

// As the client sent it: parsing the URL would resolve `..` and drop a fragment.
const targetOf = (url: string): string => url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '');

/**
 * Strips the ticket from the request, so that neither a response nor a log of the application can contain it. The other
 * subprotocols stay for the server to select from, and are returned.
 */
export const stripTicket = (request: IncomingMessage): readonly string[] => {
  const { uri, protocols } = withoutTicket(carriersOf(request));
  // Node.js derives both from the raw headers on the first read, by a count of its own: read them before the change below.
  const { rawHeaders, headers, headersDistinct = {} } = request;
  const offer = protocols.join(', ');
  const raw = rawPairs(rawHeaders).filter(([name]) => name.toLowerCase() !== PROTOCOLS_HEADER);
  request.url = uri;
  delete headers[PROTOCOLS_HEADER];
  delete headersDistinct[PROTOCOLS_HEADER];
  if (offer !== '') {
    raw.push(['Sec-WebSocket-Protocol', offer]);
    headers[PROTOCOLS_HEADER] = offer;
    headersDistinct[PROTOCOLS_HEADER] = [offer];
  }
  rawHeaders.splice(0, rawHeaders.length, ...raw.flat());
  return protocols;
};

const rawPairs = (raw: readonly string[]): [string, string][] =>
  raw.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []));

const audienceOf = (request: GatewayRequest, audience: GatewayOptions['audience']): string | undefined => {
  // Who passes requests of Fetch knows that the function gets them.
  const value: unknown =
    (typeof audience === 'function' ? audience(request as IncomingMessage) : audience) ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new MisconfigurationError('audience: the function must return a string or undefined');
};

const invalidPartOf = (request: RedeemRequest): RejectReason | undefined => {
  const { ticket, audience = '', path = '', origin = '', fetchSite = '', host = '' } = request;
  if (!isTicket(ticket)) return 'malformed';
  // No ticket is bound to anything longer.
  if (audience.length > MAX_AUDIENCE_CHARACTERS) return 'audience';
  if (path.length > MAX_PATH_CHARACTERS) return 'path';
  return [origin, fetchSite, host].some(({ length }) => length > MAX_ORIGIN_CHARACTERS) ? 'origin' : undefined;
};

const notRedeemable = (reason: RejectReason, traceId: string, cause?: unknown): Refused =>
  refuse('WS_TICKET_NOT_REDEEMABLE', { traceId, reason, cause });
