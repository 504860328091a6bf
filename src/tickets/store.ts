/** Where tickets live until they are redeemed. Holds digests, never tickets. */
export interface TicketStore {
  /** What readiness answers call it. */
  readonly name: 'redis' | 'memory';
  /** Whether a ticket could be kept right now; synchronous, no I/O. */
  isReady(): boolean;
  /**
   * Keeps `payload` under `digest` for `ttlMs` milliseconds.
   * Throws `RequestError` `WS_TICKET_REDIS_NOT_READY` when it was not, or perhaps not, kept.
   */
  put(digest: string, payload: string, ttlMs: number): Promise<void>;
  /**
   * Takes what is kept under `digest` away and gives it to exactly one caller; `undefined` where there is nothing.
   * Throws `RequestError` `WS_TICKET_REDIS_NOT_READY` when nothing was taken, `WS_TICKET_OUTCOME_UNKNOWN` when the
   * answer was lost and the ticket may be spent.
   */
  take(digest: string): Promise<string | undefined>;
}
