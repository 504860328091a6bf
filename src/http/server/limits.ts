import type { ConcurrencyLimits } from './concurrency-limiter.ts';

/** Limits of a listener's connections. Times are in milliseconds. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  /** Connections that may wait in the kernel to be accepted. */
  readonly backlog: number;
  readonly maxHeaders: number;
  /** Requests of all connections together beyond which a connection with many pipelined requests is closed. */
  readonly maxOpenRequests: number;
  /** Until the headers have arrived, and until the whole request has. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How long a connection may make no progress during a request: the client neither sends nor reads. */
  readonly stalledMs: number;
  readonly checkEveryMs: number;
  /** What a client still sends after the last response is discarded, up to these limits. */
  readonly lingerMs: number;
  readonly lingerBytes: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  // More than CONCURRENCY_LIMITS, so that a request above the limit gets a response: about 8 KB each while idle.
  maxConnections: 10_000,
  // The default of Linux (net.core.somaxconn): a client above it retries its connection a second later.
  backlog: 4096,
  maxHeaders: 100,
  // Node makes up to 3,600 requests of one read, of 2 KB each: this allows 100 MB, or a dozen such clients.
  maxOpenRequests: 50_000,
  headersMs: 20_000,
  requestMs: 30_000,
  stalledMs: 30_000,
  checkEveryMs: 5_000,
  lingerMs: 5_000,
  lingerBytes: 16 * 1024 * 1024,
};

// With these, 5,000 concurrent requests are all answered (burst.test.ts), and the event loop is never blocked for 100 ms;
// 9,500 take 360 MB.
const PER_TURN = { perTurn: 32, maxStoreCalls: 512, maxWaitMs: 10_000 };

export const CONCURRENCY_LIMITS: ConcurrencyLimits = { ...PER_TURN, maxInFlight: 8_000 };

// One for each possible connection, so that no probe is refused.
export const PROBE_CONCURRENCY_LIMITS: ConcurrencyLimits = {
  ...PER_TURN,
  maxInFlight: CONNECTION_LIMITS.maxConnections,
};

/** How many failed authentications of one address are allowed before its responses are throttled. */
export const BAD_CREDENTIALS = {
  allowed: 1_000,
  windowMs: 10_000,
  /** Throttled responses, of all addresses together. */
  perSecond: 300,
  maxWaitMs: 2_000,
  maxWaiting: 2_000,
  maxAddresses: 10_000,
} as const;
