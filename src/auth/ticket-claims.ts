import type { Claims } from './jwt-parts.ts';

/** Claims of a JWT that its ticket carries to the gateway. */
export type TicketClaims = Readonly<Record<string, unknown>>;

/** Those of the claims that `TICKET_CLAIMS` names; `undefined` if the JWT has none of them. */
export const ticketClaimsOf = (claims: Claims, names: readonly string[]): TicketClaims | undefined => {
  const present = names.filter((name) => Object.hasOwn(claims, name));
  return present.length === 0 ? undefined : Object.fromEntries(present.map((name) => [name, claims[name]]));
};

const MAX_BYTES = 1024;
// Deeper JSON has more bytes than that, and JSON.stringify cannot write what is nested too deep.
const MAX_DEPTH = MAX_BYTES / 2;

/** Why a ticket cannot carry the claims exactly as the JWT has them; `undefined` if it can. */
export const problemOfClaims = (claims: TicketClaims): string | undefined => {
  if (isDeeper(claims, MAX_DEPTH)) return 'The claims in TICKET_CLAIMS are nested too deep for 1,024 bytes of JSON';
  const bytes = Buffer.byteLength(JSON.stringify(claims));
  if (bytes > MAX_BYTES) return `The claims in TICKET_CLAIMS have ${bytes} bytes of JSON, more than 1,024`;
  return hasUnfitNumber(claims)
    ? 'The claims in TICKET_CLAIMS have -0, or a number beyond ±(2^53−1), which JSON parsers change'
    : undefined;
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isDeeper = (value: unknown, depth: number): boolean =>
  isObject(value) && (depth === 0 || Object.values(value).some((one) => isDeeper(one, depth - 1)));

// Read as a number, a great one may be another one already, or infinite; -0 loses its sign.
const hasUnfitNumber = (value: unknown): boolean => {
  if (isObject(value)) return Object.values(value).some(hasUnfitNumber);
  if (typeof value !== 'number') return false;
  return Object.is(value, -0) || Math.abs(value) > Number.MAX_SAFE_INTEGER;
};
