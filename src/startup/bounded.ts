import type { PhaseOutcome } from './phase.ts';

export interface Limit {
  readonly timeoutMs: number;
  /** The error that running out of time means; given to the work as its signal's reason. */
  timeoutError(): Error;
  /** Cuts the work off earlier, with the signal's own reason. */
  readonly abort?: AbortSignal;
}

export interface Attempt {
  readonly outcome: PhaseOutcome;
  readonly durationMs: number;
  readonly error?: unknown;
  /** Settles when work that was cut off ends after all: `true` if it succeeded. Never rejects. */
  readonly late?: Promise<boolean>;
}

type Work = (signal: AbortSignal) => Promise<void> | void;
type Settled = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

// What work gets, once its signal has aborted, to say itself why it had not ended.
const LAST_WORDS_MS = 100;

/** Runs work under a limit; resolves within it, give or take the work's last words. Never rejects. */
export const attempt = async (work: Work, limit: Limit): Promise<Attempt> => {
  const startedAt = performance.now();
  const cut = new AbortController();
  const disarm = arm(cut, limit);
  const running = settle(work, cut.signal);
  const settled = await Promise.race([running, aborted(cut.signal)]);
  disarm();
  const durationMs = () => performance.now() - startedAt;
  if (settled !== 'aborted') return { ...outcomeOf(settled), durationMs: durationMs() };
  const error = await lastWords(running, cut.signal.reason);
  const outcome = limit.abort?.aborted ? 'failed' : 'timed-out';
  return { outcome, error, durationMs: durationMs(), late: running.then(({ ok }) => ok) };
};

const arm = (cut: AbortController, { timeoutMs, timeoutError, abort }: Limit): (() => void) => {
  const timer = setTimeout(() => cut.abort(timeoutError()), timeoutMs);
  const onAbort = () => cut.abort(abort?.reason);
  abort?.addEventListener('abort', onAbort);
  if (abort?.aborted) onAbort();
  return () => {
    clearTimeout(timer);
    abort?.removeEventListener('abort', onAbort);
  };
};

const settle = async (work: Work, signal: AbortSignal): Promise<Settled> => {
  try {
    await work(signal);
    return { ok: true };
  } catch (error) {
    return { ok: false, error };
  }
};

const aborted = (signal: AbortSignal): Promise<'aborted'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    else signal.addEventListener('abort', () => resolve('aborted'));
  });

const outcomeOf = (settled: Settled) =>
  settled.ok ? { outcome: 'ok' as const } : { outcome: 'failed' as const, error: settled.error };

/** The limit's error, with what the work said about it as its cause. */
const lastWords = async (running: Promise<Settled>, reason: Error): Promise<Error> => {
  const { promise: silence, cancel } = after(LAST_WORDS_MS);
  const settled = await Promise.race([running, silence]);
  cancel();
  if (settled === undefined || settled.ok || settled.error === reason) return reason;
  reason.cause = settled.error;
  return reason;
};

const after = (ms: number) => {
  let timer: NodeJS.Timeout;
  const promise = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return { promise, cancel: () => clearTimeout(timer) };
};
