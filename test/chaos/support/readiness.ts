import { Agent } from 'node:http';
import { ask } from '../../support/ask.ts';

/** The results of polling /ready. */
export interface Readiness {
  isReady(): boolean;
  /** When it first said "not ready" after this moment, if it did. */
  downSince(moment: number): number | undefined;
  lastChangeAt(): number;
  flips(): { readonly down: number; readonly up: number };
  stop(): void;
}

const EVERY_MS = 10;

/** Asks one question at a time over one connection; one that fails counts as "not ready". */
export const readinessOf = (url: string): Readiness => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const changes: { readonly at: number; readonly ready: boolean }[] = [];
  let stopped = false;

  const poll = async (): Promise<void> => {
    const ready = await ask(`${url}/ready`, { agent }).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (stopped) return;
    if (ready !== (changes.at(-1)?.ready ?? true)) changes.push({ at: performance.now(), ready });
    setTimeout(poll, EVERY_MS);
  };
  void poll();

  return {
    isReady: () => changes.at(-1)?.ready ?? true,
    downSince: (moment) => changes.find(({ at, ready }) => at >= moment && !ready)?.at,
    lastChangeAt: () => changes.at(-1)?.at ?? Number.NaN,
    flips: () => ({
      down: changes.filter(({ ready }) => !ready).length,
      up: changes.filter(({ ready }) => ready).length,
    }),
    stop: () => {
      stopped = true;
      agent.destroy();
    },
  };
};
