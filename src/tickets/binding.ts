/** Who asks for a ticket, as the JWT says. */
export interface Caller {
  /** The JWT's `iss`: a subject is unique within its issuer only. */
  readonly issuer: string | undefined;
  readonly subject: string;
  readonly sessionId: string | undefined;
  /** When the JWT expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What a ticket is to be bound to. */
export interface Binding {
  readonly audience: string | undefined;
  readonly channel: string | undefined;
  readonly origin: string | undefined;
  readonly traceId: string;
}
