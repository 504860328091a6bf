// The digest of a ticket is 43 characters of base64url; what readiness writes beside the tickets is longer.
const DIGEST_LENGTH = 43;

/** A pattern for KEYS that finds the tickets kept under a prefix. */
export const ticketKeys = (prefix = 'ticketd:'): string => `${prefix}t2:${'?'.repeat(DIGEST_LENGTH)}`;

export const isTicketKey = (key: string): boolean => /^ticketd:t2:[\w-]{43}$/.test(key);
