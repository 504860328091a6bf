import { createOrchestrator, type Orchestrator, type OrchestratorOptions } from '../../src/startup/orchestrator.ts';
import type { Phase, StartupEvent } from '../../src/startup/phase.ts';

export interface Rehearsal {
  readonly orchestrator: Orchestrator;
  /** What the phases did, in order: `start NAME`, `stop NAME`. */
  readonly journal: readonly string[];
  readonly events: readonly StartupEvent[];
}

export type Part = Partial<Phase> & { readonly name: string };
type Limits = Partial<Pick<OrchestratorOptions, 'deadlineMs' | 'rollbackTimeoutMs'>>;

/** An orchestrator over phases that write down what is done with them; each does its work at once unless told. */
export const rehearse = (parts: Iterable<Part>, limits: Limits = {}): Rehearsal => {
  const journal: string[] = [];
  const events: StartupEvent[] = [];
  const orchestrator = createOrchestrator({
    phases: journalled(parts, journal),
    deadlineMs: () => 20_000,
    rollbackTimeoutMs: 5_000,
    watch: (event) => events.push(event),
    ...limits,
  });
  return { orchestrator, journal, events };
};

function* journalled(parts: Iterable<Part>, journal: string[]): Generator<Phase> {
  for (const part of parts)
    yield {
      timeoutMs: 1_000,
      ...part,
      start: (signal) => {
        journal.push(`start ${part.name}`);
        return part.start?.(signal);
      },
      stop: (signal) => {
        journal.push(`stop ${part.name}`);
        return part.stop?.(signal);
      },
    };
}

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
