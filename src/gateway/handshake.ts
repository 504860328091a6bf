import type { IncomingMessage } from 'node:http';
import { MAX_AUDIENCE_CHARACTERS, MAX_ORIGIN_CHARACTERS } from '../protocol/limits.ts';
import {
  AmbiguousTicketError,
  offeredProtocols,
  PROTOCOLS_HEADER,
  presentedTicket,
  type TicketCarriers,
  withoutTicket,
} from '../protocol/presented-ticket.ts';
import type { RejectReason } from '../protocol/reject-reason.ts';
import { traceIdOf } from '../protocol/trace-id.ts';
import { isTicket } from '../tickets/ticket.ts';
import { MisconfigurationError } from './misconfiguration-error.ts';
import type { GatewayOptions } from './options.ts';
import type { RedeemRequest } from './redeemer.ts';
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

/** Reads a handshake and strips the ticket from the request. */
export const readHandshake = (
  request: IncomingMessage,
  context: HandshakeContext,
  audience: GatewayOptions['audience'],
): Presented => {
  const traceId = traceIdOf(request.headers);
  context.traceId = traceId;
  const ticket = ticketOf(request);
  context.ticket = typeof ticket === 'string' ? ticket : undefined;
  const protocols = stripTicket(request);
  if (ticket === undefined) return refuse('WS_TICKET_MISSING', { traceId });
  if (typeof ticket !== 'string') return notRedeemable('malformed', traceId, ticket);
  const presented = { ticket, audience: audienceOf(request, audience), origin: request.headers.origin, traceId };
  const reason = invalidPartOf(presented);
  return reason === undefined
    ? { outcome: 'presented', request: presented, protocols }
    : notRedeemable(reason, traceId);
};

const ticketOf = (request: IncomingMessage): string | AmbiguousTicketError | undefined => {
  try {
    return presentedTicket(carriersOf(request));
  } catch (error) {
    if (error instanceof AmbiguousTicketError) return error;
    throw error;
  }
};

/** The parts of a handshake that can carry a ticket. */
export const carriersOf = ({ url, headers }: IncomingMessage): TicketCarriers => ({
  uri: url,
  protocols: offeredProtocols(headers),
});

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

const audienceOf = (request: IncomingMessage, audience: GatewayOptions['audience']): string | undefined => {
  const value: unknown = (typeof audience === 'function' ? audience(request) : audience) ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new MisconfigurationError('audience: the function must return a string or undefined');
};

const invalidPartOf = ({ ticket, audience = '', origin = '' }: RedeemRequest): RejectReason | undefined => {
  if (!isTicket(ticket)) return 'malformed';
  // No ticket is bound to anything longer.
  if (audience.length > MAX_AUDIENCE_CHARACTERS) return 'audience';
  return origin.length > MAX_ORIGIN_CHARACTERS ? 'origin' : undefined;
};

const notRedeemable = (reason: RejectReason, traceId: string, cause?: unknown): Refused =>
  refuse('WS_TICKET_NOT_REDEEMABLE', { traceId, reason, cause });
