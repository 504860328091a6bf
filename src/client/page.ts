import type { PauseReason } from './types.ts';

interface Watched {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** A worker has no document, and Node.js has none of these. */
interface Surroundings extends Partial<Watched> {
  readonly document?: Watched & { readonly visibilityState: string };
  readonly navigator?: { readonly onLine?: boolean };
}

const LOOPBACK = /^(.+\.)?localhost$|^127\.|^\[::1\]$/;

/** Why connecting to that host makes no sense right now, if so. */
export const pausedBy = (hostname: string, pauseWhenHidden: boolean): PauseReason | undefined => {
  const { navigator, document } = globalThis as Surroundings;
  // The machine itself is in reach also of a browser that is offline.
  if (navigator?.onLine === false && !LOOPBACK.test(hostname)) return 'offline';
  return pauseWhenHidden && document?.visibilityState === 'hidden' ? 'hidden' : undefined;
};

/** Calls back whenever the answer of `pausedBy` may be another one; returns how to end that. */
export const watchPage = (changed: () => void): (() => void) => {
  const surroundings = globalThis as Surroundings;
  const watched: readonly [Partial<Watched> | undefined, string][] = [
    [surroundings, 'online'],
    [surroundings, 'offline'],
    [surroundings.document, 'visibilitychange'],
  ];
  for (const [target, type] of watched) target?.addEventListener?.(type, changed);
  return () => {
    for (const [target, type] of watched) target?.removeEventListener?.(type, changed);
  };
};
