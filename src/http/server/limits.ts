import type { GateOptions } from './concurrency-limiter.ts';

/** What a listener takes of its connections. Times are milliseconds. */
export interface ConnectionLimits {
  readonly maxConnections: number;
  /** How many may wait in the kernel to be accepted. */
  readonly backlog: number;
  readonly maxHeaders: number;
  /** Requests, of all connections together, beyond which one that has sent far ahead is closed. */
  readonly maxOpenRequests: number;
  /** Until the headers are there, and until the whole request is. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How long a connection may stand still while a request is under way: a client that does not read its answer. */
  readonly stalledMs: number;
  /** How long a connection is kept between requests. */
  readonly keepAliveMs: number;
  readonly checkEveryMs: number;
  /** How long, and how much of, what a client still sends after the last response is discarded. */
  readonly lingerMs: number;
  readonly lingerBytes: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  // More than the gate lets in, so that a request too many is told so: about 8 KB each while idle.
  maxConnections: 10_000,
  // As many as Linux allows unless told otherwise (net.core.somaxconn): whom it turns away tries again a second later.
  backlog: 4096,
  maxHeaders: 100,
  // Node makes up to 3,600 requests of one read, of 2 KB each: 100 MB, and enough for a dozen of such clients.
  maxOpenRequests: 50_000,
  headersMs: 20_000,
  requestMs: 30_000,
  stalledMs: 30_000,
  // The load balancer's idle time-out is 60 s: the side that reuses a connection must be the first to give it up.
  keepAliveMs: 75_000,
  checkEveryMs: 5_000,
  lingerMs: 5_000,
  lingerBytes: 16 * 1024 * 1024,
};

// So that 5,000 at once are all answered (crowd.test.ts), with the event loop never away for 100 ms; 9,500 take 360 MB.
const TURNS = { perTurn: 32, maxHeld: 512, maxWaitMs: 10_000 };

export const GATE_LIMITS: GateOptions = { ...TURNS, maxInFlight: 8_000 };

// One for each connection there may be, so that no probe is ever refused.
export const PROBE_GATE_LIMITS: GateOptions = { ...TURNS, maxInFlight: CONNECTION_LIMITS.maxConnections };

/** What one address may get wrong before its refusals are paced. */
export const BAD_CREDENTIALS = {
  allowed: 1_000,
  windowMs: 10_000,
  /** Of the refusals beyond, all addresses together. */
  perSecond: 300,
  maxWaitMs: 2_000,
  maxWaiting: 2_000,
  maxAddresses: 10_000,
} as const;
