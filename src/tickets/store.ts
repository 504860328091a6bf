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
}
