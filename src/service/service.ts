import type { Environment } from '../config/sources.ts';
import type { Config } from '../config/variables.ts';
import { createRevocationFeeds } from '../http/routes/revocations/feeds.ts';
import { describeWithCause } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import { summarizeRejections } from '../log/rejections.ts';
import { throttleEvents } from '../log/throttle.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { PhaseRecord, StartupEvent, StopRecord } from '../startup/phase.ts';
import { startUp } from '../startup/startup.ts';
import { createJwtKeys } from './jwt-keys.ts';
import { createListenerGroup, createListeners } from './listeners.ts';
import { createLiveSettings } from './live-settings.ts';
import { configPhase, jwksPhase, listenPhase, redisPhase } from './phases.ts';
import { createReload } from './reload.ts';
import { type ShutdownResult, shutDown } from './shutdown.ts';

export interface ServiceOptions {
  readonly env: Environment;
  readonly log: Emit;
  /** Ends a start-up under way, which then rolls back and rejects with this signal's reason. */
  readonly abort: AbortSignal;
}

/** A service that has started. */
export interface Service {
  /** Reads secrets and keys again, and logs the result; the old ones stay in force if any is invalid. */
  reload(): Promise<void>;
  /** Drains and stops it. SIGINT skips the drain delay. */
  stop(signal: NodeJS.Signals): Promise<ShutdownResult>;
}

// Until the configuration sets its own.
const STARTUP_TIMEOUT_MS = 20_000;
const ROLLBACK_TIMEOUT_MS = 5_000;

/** Starts ticketd phase by phase; rejects with the first error, after all that had begun was stopped again. */
export const startService = ({ env, log, abort }: ServiceOptions): Promise<Service> => {
  const listeners = createListenerGroup();
  const metrics = createMetrics({ inFlight: listeners.inFlight });
  const emit = emitToBoth(summarizeRejections(throttleEvents(log)), metrics.observe);
  const onEvent = logStartup(emit);
  const limits = { timeoutMs: STARTUP_TIMEOUT_MS, rollbackTimeoutMs: ROLLBACK_TIMEOUT_MS, abort };

  return startUp({ ...limits, onEvent }, async (startup) => {
    const config = await startup.run(configPhase(env));
    startup.setTimeoutMs(config.startup.timeoutMs);
    warnOfCookie(config.jwt, emit);
    const redis = await startup.run(redisPhase(config, emit, metrics.observeCommand));
    const { revocations } = redis.storage;
    const feeds = createRevocationFeeds({ log: revocations, emit });
    metrics.observeRevocations({ feeds, log: revocations });
    const keys = createJwtKeys(config, emit);
    if (keys.areFetched) await startup.run(jwksPhase(keys, config.jwt));
    const live = createLiveSettings(config, { keys, redis, feeds });
    const { isDraining } = listeners;
    for (const listener of createListeners({ config, ...live, ...redis.storage, feeds, metrics, isDraining, emit })) {
      listeners.add(listener);
      await startup.run(listenPhase(listener, feeds));
    }
    const reload = createReload({ env, config, apply: live.apply, refreshKeys: keys.refresh, emit });
    redis.onWrongPassword(() => void reload.ifChanged());
    return {
      reload: reload.now,
      stop: (signal) => {
        reload.close();
        return shutDown(signal, { limits: config.shutdown, listeners, stopPhases: startup.stop, emit });
      },
    };
  });
};

// RFC 6265bis, 4.1.3.2: a browser accepts a cookie of that prefix only from the host itself, over TLS.
const warnOfCookie = ({ cookie }: Config['jwt'], emit: Emit): void => {
  if (cookie !== undefined && !cookie.startsWith('__Host-')) emit('jwt_cookie_unprefixed', { cookie });
};

const emitToBoth =
  (one: Emit, other: Emit): Emit =>
  (event, fields) => {
    one(event, fields);
    other(event, fields);
  };

const logStartup =
  (emit: Emit) =>
  (event: StartupEvent): void => {
    if (event.type === 'phase-start') emit('phase_start', { phase: event.phase, timeoutMs: event.timeoutMs });
    else if (event.type === 'phase-end') logPhaseEnd(event, emit);
    else logPhaseStopped(event, emit);
  };

const logPhaseEnd = ({ phase, outcome, durationMs, timeoutMs, error }: PhaseRecord, emit: Emit): void => {
  const fields = { phase, durationMs: Math.round(durationMs), timeoutMs };
  if (outcome === 'ok') emit('phase_ok', fields);
  else emit(outcome === 'failed' ? 'phase_fail' : 'phase_timeout', { ...fields, ...describeWithCause(error) });
};

const logPhaseStopped = ({ phase, outcome, durationMs, error }: StopRecord, emit: Emit): void => {
  if (outcome !== 'ok')
    emit('phase_stop_fail', { phase, durationMs: Math.round(durationMs), ...describeWithCause(error) });
};
