import type { PauseReason, RetryOptions } from './types.ts';

/** Whether an attempt makes sense right now. */
export interface Page {
  pauseReason(): PauseReason | undefined;
  /** Calls `onChange` whenever `pauseReason()` may have changed; returns what stops that. */
  watch(onChange: () => void): () => void;
}

interface Listenable {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** A worker has no document, and Node.js has none of these. */
interface BrowserGlobals extends Partial<Listenable> {
  readonly document?: Listenable & { readonly visibilityState: string };
  readonly navigator?: { readonly onLine?: boolean };
}

const LOOPBACK = /^(.+\.)?localhost(:|$)|^127\.|^\[::1\]/;

/** `host` is that of the server. */
export const createPage = (host: string, { pauseWhenHidden = true }: RetryOptions): Page => {
  const globals = globalThis as BrowserGlobals;
  const { document, navigator } = globals;
  const isOffline = () => navigator?.onLine === false;
  // A machine without a network still reaches itself. One that had a network pauses when it loses it.
  const needsNetwork = !(isOffline() && LOOPBACK.test(host));
  const events: readonly [Partial<Listenable> | undefined, string][] = [
    [globals, 'online'],
    [globals, 'offline'],
    [document, 'visibilitychange'],
  ];
  return {
    pauseReason: () => {
      if (needsNetwork && isOffline()) return 'offline';
      return pauseWhenHidden && document?.visibilityState === 'hidden' ? 'hidden' : undefined;
    },
    watch: (onChange) => {
      for (const [target, type] of events) target?.addEventListener?.(type, onChange);
      return () => {
        for (const [target, type] of events) target?.removeEventListener?.(type, onChange);
      };
    },
  };
};
