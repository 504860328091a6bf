import type { TicketClaims } from '../auth/ticket-claims.ts';
import type { Revocable } from './revocation-keys.ts';

/** What a ticket is bound to. */
export interface Binding {
  readonly audience: string | undefined;
  readonly channel: string | undefined;
  readonly origin: string | undefined;
  /** The only path that the ticket is good for. */
  readonly path?: string | undefined;
  readonly traceId: string;
}

/** The stored record of a ticket. Times are milliseconds since the epoch. */
export interface TicketRecord extends Binding, Revocable {
  /** Claims of the JWT for the gateway. */
  readonly claims: TicketClaims | undefined;
  /** When the JWT expires. */
  readonly expiresAt: number;
  readonly issuedAt: number;
  readonly ticketExpiresAt: number;
  /** The ids of the last revocations before the issue, in the order of `revocationKeysOf`, if there are any. */
  readonly revocationIds: RevocationIds | undefined;
}

type RevocationIds = readonly (string | null)[];

/** The stored form: one-letter keys, no absent ones, times relative to `t`, since Redis stores it for each live ticket. */
export const encodePayload = (record: TicketRecord): string =>
  JSON.stringify({
    u: record.issuer,
    // A ticketd that does not know paths would ignore `p`. Without `s` it refuses to read the record.
    s: record.path === undefined ? record.subject : undefined,
    i: record.sessionId,
    a: record.audience,
    c: record.channel,
    m: record.claims,
    o: record.origin,
    p: record.path === undefined ? undefined : [record.path, record.subject],
    t: record.issuedAt,
    e: record.ticketExpiresAt - record.issuedAt,
    x: record.expiresAt - record.issuedAt,
    r: record.traceId,
    k: record.otherKeys,
    v: record.revocationIds,
  });

/** Reads what `encodePayload` wrote; throws if it is anything else. */
export const decodePayload = (payload: string): TicketRecord => {
  const { u, s, i, a, c, m, o, p = [], t, e, x, r, k, v } = JSON.parse(payload);
  const [path, subject = s] = p;
  if (typeof subject !== 'string' || [t, e, x].some((time) => typeof time !== 'number'))
    throw new Error('the stored record of the ticket is not a payload');
  return {
    issuer: u,
    subject,
    sessionId: i,
    audience: a,
    channel: c,
    claims: m,
    origin: o,
    path,
    issuedAt: t,
    ticketExpiresAt: t + e,
    expiresAt: t + x,
    traceId: r,
    otherKeys: k,
    revocationIds: v,
  };
};
