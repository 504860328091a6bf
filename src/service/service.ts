import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../config/read-config.ts';
import type { Environment } from '../config/sources.ts';
import type { Config } from '../config/variables.ts';
import type { Listener } from '../http/server/listener.ts';
import type { Emit } from '../log/events.ts';
import { throttleEvents } from '../log/throttle.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createOrchestrator } from '../startup/orchestrator.ts';
import type { Phase } from '../startup/phase.ts';
import { createBackend } from './backend.ts';
import { createKeys } from './keys.ts';
import { createListeners } from './listeners.ts';
import { tellStop } from './log-shutdown.ts';
import { tellStartup } from './log-startup.ts';

export interface ServiceOptions {
  readonly env: Environment;
  readonly log: Emit;
}

export interface Service {
  /** Runs the start-up phases in order; rejects with the first error once all that had begun is stopped again. */
  start(): Promise<void>;
  /** Makes a start-up under way end and roll back. */
  abort(reason: Error): void;
  /** Drains and stops a started service; `forced` when the deadline came first. SIGINT skips the drain delay. */
  stop(signal: NodeJS.Signals): Promise<{ readonly forced: boolean }>;
}

// What bounds a start-up before its own limits have been read.
const CONFIG_TIMEOUT_MS = 2_000;
const UNREAD_DEADLINE_MS = 20_000;
const LISTEN_TIMEOUT_MS = 2_000;
const ROLLBACK_TIMEOUT_MS = 5_000;
// Kept back from the shutdown's time for what comes after it: the last lines of the log.
const MAX_FLUSH_RESERVE_MS = 250;

/** The one place where the parts are made and put together. */
export const createService = ({ env, log }: ServiceOptions): Service => {
  let config: Config | undefined;
  let listeners: readonly Listener[] = [];
  let draining = false;

  const metrics = createMetrics({ inFlight: () => listeners.reduce((sum, { inFlight }) => sum + inFlight(), 0) });
  const emit = toBoth(throttleEvents(log), metrics.observe);

  function* phases(): Generator<Phase, void> {
    yield {
      name: 'config',
      timeoutMs: CONFIG_TIMEOUT_MS,
      start: async (signal) => {
        config = await readConfig(env, signal);
      },
    };
    const inForce = given(config);
    const { store, phase } = createBackend(inForce, emit, metrics.observeCommand);
    yield phase;
    const { keys, phases: keyPhases } = createKeys(inForce, emit);
    yield* keyPhases;
    listeners = createListeners({ config: inForce, jwtKeys: keys(), store, metrics, isDraining: () => draining, emit });
    yield* listeners.map(listenPhase);
  }

  const orchestrator = createOrchestrator({
    phases: phases(),
    deadlineMs: () => config?.startup.timeoutMs ?? UNREAD_DEADLINE_MS,
    rollbackTimeoutMs: ROLLBACK_TIMEOUT_MS,
    watch: tellStartup(emit),
  });

  return {
    start: async () => {
      await orchestrator.start();
    },
    abort: orchestrator.abort,
    stop: async (signal) => {
      const startedAt = performance.now();
      const { drainDelayMs, timeoutMs } = given(config).shutdown;
      const drainMs = signal === 'SIGINT' ? 0 : drainDelayMs;
      draining = true;
      for (const { drain } of listeners) drain();
      emit('server_draining', { signal, drainMs });
      await delay(drainMs);
      const reserveMs = Math.min(MAX_FLUSH_RESERVE_MS, timeoutMs / 10);
      const records = await orchestrator.stop(timeoutMs - reserveMs - (performance.now() - startedAt));
      return tellStop(records, { signal, durationMs: Math.round(performance.now() - startedAt) }, emit);
    },
  };
};

const toBoth =
  (one: Emit, other: Emit): Emit =>
  (event, fields) => {
    one(event, fields);
    other(event, fields);
  };

const listenPhase = ({ name, start, stop }: Listener): Phase => ({
  name: name === 'public' ? 'listen' : `listen-${name}`,
  timeoutMs: LISTEN_TIMEOUT_MS,
  start,
  stop,
});

const given = (config: Config | undefined): Config => {
  if (config === undefined) throw new Error('the config phase has not run');
  return config;
};
