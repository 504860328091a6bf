import type { PauseReason } from './types.ts';

/** Whether it makes sense to connect. */
export interface Page {
  /** Why it makes none right now, if so. */
  pausedBy(): PauseReason | undefined;
  /** Calls back whenever that may have changed; returns how to end it. */
  watch(changed: () => void): () => void;
}

export interface PageOptions {
  /** Where the socket leads. */
  readonly hostname: string;
  readonly pauseWhenHidden: boolean;
}

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

export const createPage = ({ hostname, pauseWhenHidden }: PageOptions): Page => {
  const surroundings = globalThis as Surroundings;
  const { document, navigator } = surroundings;
  const isOffline = () => navigator?.onLine === false;
  // A machine without a network reaches itself all the same; losing the network is taken for what it is.
  const needsNetwork = !(isOffline() && LOOPBACK.test(hostname));
  const watched: readonly [Partial<Watched> | undefined, string][] = [
    [surroundings, 'online'],
    [surroundings, 'offline'],
    [document, 'visibilitychange'],
  ];
  return {
    pausedBy: () => {
      if (needsNetwork && isOffline()) return 'offline';
      return pauseWhenHidden && document?.visibilityState === 'hidden' ? 'hidden' : undefined;
    },
    watch: (changed) => {
      for (const [target, type] of watched) target?.addEventListener?.(type, changed);
      return () => {
        for (const [target, type] of watched) target?.removeEventListener?.(type, changed);
      };
    },
  };
};
