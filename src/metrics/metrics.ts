import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Emit, EventFields, EventName } from '../log/events.ts';
import { countEvents, countRefusedRevocations } from './event-counters.ts';

export interface MetricsOptions {
  /** Number of requests in flight now. */
  readonly inFlight: () => number;
}

export interface RevocationSources {
  readonly feeds: { count(): number; lagSeconds(): number };
  readonly log: { lagSeconds(): number };
}

export interface Metrics {
  /** Updates the metrics of an event; it gets the same events as the log, whatever the log level. */
  readonly observe: Emit;
  /** Shows the revocations on their way to the gateways. */
  observeRevocations(sources: RevocationSources): void;
  /** Records how long a Redis command took, successful or not, in milliseconds. */
  readonly observeCommand: (command: string, ms: number) => void;
  readonly contentType: string;
  /** All metrics in Prometheus' text format. */
  render(): Promise<string>;
}

type Observers = { readonly [E in EventName]?: (fields: EventFields<E>) => void };

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const seconds = (ms: number): number => ms / 1000;

export const createMetrics = ({ inFlight }: MetricsOptions): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const observers = createObservers(registry, inFlight);
  const commands = new Histogram({
    name: 'ticketd_redis_command_duration_seconds',
    help: 'Time until Redis replied to a command.',
    labelNames: ['command'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  });
  return {
    observeRevocations: showRevocations(registry),
    observeCommand: (command, ms) => commands.observe({ command }, seconds(ms)),
    observe: (event, fields) => observers[event]?.(fields),
    contentType: registry.contentType,
    render: () => registry.metrics(),
  };
};

const showRevocations =
  (registry: Registry) =>
  ({ feeds, log }: RevocationSources): void => {
    const gauge = (name: string, help: string, value: () => number) =>
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(value());
        },
      });
    gauge('ticketd_revocation_feeds', 'Gateways that follow the revocation feed.', () => feeds.count());
    gauge(
      'ticketd_revocation_feed_lag_seconds',
      'For how long the slowest gateway has not taken what its feed sent, once megabytes are unread.',
      () => feeds.lagSeconds(),
    );
    gauge('ticketd_revocation_reader_lag_seconds', 'Time since ticketd last had read all revocations.', () =>
      log.lagSeconds(),
    );
  };

// No label for subject, session or ticket: each value would create a time series.
const createObservers = (registry: Registry, inFlight: () => number): Observers => {
  const registers = [registry];
  const requests = new Histogram({
    name: 'ticketd_request_duration_seconds',
    help: 'Time to answer a request.',
    labelNames: ['listener', 'method', 'route', 'status'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers,
  });
  const phases = new Gauge({
    name: 'ticketd_startup_phase_duration_seconds',
    help: 'Duration of each phase of this start-up.',
    labelNames: ['phase', 'outcome'],
    registers,
  });
  const redisReady = new Gauge({
    name: 'ticketd_redis_ready',
    help: 'Whether Redis accepts writes: 1 or 0.',
    registers,
  });
  const outages = new Counter({
    name: 'ticketd_redis_outages_total',
    help: 'Redis outages at run time.',
    registers,
  });
  const failing = new Set<string>();
  const staleKeys = new Gauge({
    name: 'ticketd_jwks_stale',
    help: 'Identity providers whose keys could not be fetched at the last attempt.',
    registers,
  });
  new Gauge({
    name: 'ticketd_requests_in_flight',
    help: 'Requests in flight.',
    registers,
    collect() {
      this.set(inFlight());
    },
  });
  const countRefusedRevocation = countRefusedRevocations(registry);
  const phaseEnded = (outcome: string) => (fields: { phase: string; durationMs: number }) =>
    phases.set({ phase: fields.phase, outcome }, seconds(fields.durationMs));
  return {
    ...countEvents(registry),
    request: ({ listener, method, route, status, errorCode, durationMs }) => {
      requests.observe({ listener, method: methodLabel(method), route, status }, seconds(durationMs));
      countRefusedRevocation({ route, errorCode });
    },
    phase_ok: phaseEnded('ok'),
    phase_fail: phaseEnded('failed'),
    phase_timeout: phaseEnded('timed-out'),
    // It replaces Redis and always accepts writes: 0 would raise an alert.
    memory_store: () => redisReady.set(1),
    redis_connect_ok: () => redisReady.set(1),
    redis_up: () => redisReady.set(1),
    redis_connect_fail: () => redisReady.set(0),
    redis_down: () => {
      redisReady.set(0);
      outages.inc();
    },
    jwks_refresh_fail: ({ endpoint }) => {
      failing.add(endpoint);
      staleKeys.set(failing.size);
    },
    jwks_refreshed: ({ endpoint }) => {
      failing.delete(endpoint);
      staleKeys.set(failing.size);
    },
  };
};

// The caller chooses the method: each unusual one would create a time series.
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const methodLabel = (method: string): string => (METHODS.has(method) ? method : 'other');
