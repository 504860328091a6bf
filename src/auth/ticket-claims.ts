import type { Claims } from './jwt-parts.ts';

/** Claims of a JWT that its ticket carries to the gateway. */
export type TicketClaims = Readonly<Record<string, unknown>>;

/** Those of the claims that `TICKET_CLAIMS` names; `undefined` if the JWT has none of them. */
export const ticketClaimsOf = (claims: Claims, names: readonly string[]): TicketClaims | undefined => {
  const present = names.filter((name) => Object.hasOwn(claims, name));
  return present.length === 0 ? undefined : Object.fromEntries(present.map((name) => [name, claims[name]]));
};

const MAX_BYTES = 1024;

/** Why a ticket cannot carry the claims exactly as the JWT has them; `undefined` if it can. */
export const problemOfClaims = (claims: TicketClaims): string | undefined => {
  const bytes = Buffer.byteLength(JSON.stringify(claims));
  if (bytes > MAX_BYTES) return `The claims in TICKET_CLAIMS have ${bytes} bytes of JSON, more than 1,024`;
  return hasRoundedInteger(claims) ? 'The claims in TICKET_CLAIMS have an integer beyond ±(2^53−1)' : undefined;
};

// Read as a number, it may be another one already.
const hasRoundedInteger = (value: unknown): boolean => {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasRoundedInteger);
  return Number.isInteger(value) && !Number.isSafeInteger(value);
};
