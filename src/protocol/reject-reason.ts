/** Every reason for which a ticket is rejected: for the log and the metrics, never for the client. */
export const TICKET_REJECT_REASONS = ['unknown', 'malformed', 'used', 'revoked', 'audience', 'origin', 'path'] as const;

export type RejectReason = (typeof TICKET_REJECT_REASONS)[number];
