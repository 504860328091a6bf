import type { Phase, StartupEvent, StopRecord } from '../../src/startup/phase.ts';
import { type Startup, type StartupOptions, startUp } from '../../src/startup/startup.ts';

export interface Rehearsal {
  /** Runs the steps; resolves with the values of their phases. */
  start(): Promise<readonly string[]>;
  abort(reason: Error): void;
  /** Stops what was started. */
  stop(timeoutMs: number): Promise<readonly StopRecord[]>;
  /** What the phases did, in order: `start NAME`, `stop NAME`. */
  readonly journal: readonly string[];
  readonly events: readonly StartupEvent[];
}

/** A phase whose value is its name, or `no NAME` where it is optional and fails. */
export interface Part {
  readonly name: string;
  readonly timeoutMs?: number;
  readonly required?: boolean;
  start?(signal: AbortSignal): Promise<void> | void;
  stop?(signal: AbortSignal): Promise<void> | void;
}

type Steps = (run: (part: Part) => Promise<string>, startup: Startup) => Promise<readonly string[]>;
type Limits = Partial<Omit<StartupOptions, 'abort'>>;

/** A start-up of phases that record what is done with them; by default each starts and stops immediately. */
export const rehearse = (parts: readonly Part[], limits: Limits = {}): Rehearsal =>
  rehearseSteps(async (run) => {
    const values: string[] = [];
    for (const part of parts) values.push(await run(part));
    return values;
  }, limits);

/** As `rehearse`, with steps of its own between the phases. */
export const rehearseSteps = (steps: Steps, limits: Limits = {}): Rehearsal => {
  const interruption = new AbortController();
  const journal: string[] = [];
  const events: StartupEvent[] = [];
  let started: Startup | undefined;
  const options: StartupOptions = {
    timeoutMs: 20_000,
    rollbackTimeoutMs: 5_000,
    abort: interruption.signal,
    onEvent: (event) => events.push(event),
    ...limits,
  };
  return {
    start: () =>
      startUp(options, (startup) => {
        started = startup;
        return steps((part) => startup.run(recorded(part, journal)), startup);
      }),
    abort: (reason) => interruption.abort(reason),
    stop: async (timeoutMs) => started?.stop(timeoutMs) ?? [],
    journal,
    events,
  };
};

const recorded = (part: Part, journal: string[]): Phase<string> => ({
  name: part.name,
  timeoutMs: part.timeoutMs ?? 1_000,
  fallback: part.required === false ? `no ${part.name}` : undefined,
  start: async (signal) => {
    journal.push(`start ${part.name}`);
    await part.start?.(signal);
    return part.name;
  },
  stop: (signal) => {
    journal.push(`stop ${part.name}`);
    return part.stop?.(signal);
  },
});

/** Work that takes so long, whatever its signal says. */
export const takes = (ms: number) => (): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Work that never ends. */
export const hangs = (): Promise<void> => new Promise(() => {});

/** Work that ends when its signal aborts, with this error. */
export const endsWith =
  (error: Error) =>
  (signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(error), { once: true }));

export const fails = (message: string) => (): never => {
  throw new Error(message);
};
