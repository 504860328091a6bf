import type { JwtAlgorithm } from '../config/jwt-algorithms.ts';
import { describeError } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import { codedError } from '../protocol/coded-error.ts';
import { InterruptedError } from '../startup/errors.ts';
import { pause } from '../time/clock.ts';
import { within } from '../time/timeouts.ts';
import type { JoseHeader } from './jwt-parts.ts';
import type { KeyLocation } from './key-location.ts';
import { explainUnknown, isPublished, keySetOf, lookUpKeys, NO_KEYS } from './key-set.ts';
import type { KeyLookup, KeySource } from './key-source.ts';
import { createRefreshLog } from './refresh-log.ts';

export interface RemoteKeysOptions {
  readonly location: KeyLocation;
  readonly algorithms: readonly JwtAlgorithm[];
  /** How long keys stay trusted when they cannot be refreshed, in milliseconds. */
  readonly maxStaleMs: number;
  readonly emit: Emit;
}

/** The keys that an identity provider publishes, refreshed while ticketd runs. */
export interface RemoteKeys extends KeySource {
  /**
   * Resolves once there are keys; retries until then. When `signal` aborts it rejects with the last real cause, and the
   * keys are fetched in the background until `close`.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Fetches the keys now, or waits for the fetch in progress; never rejects. */
  refresh(): Promise<void>;
  /** Stops fetching, and aborts a fetch in progress. */
  close(): void;
}

/** The identity provider published no keys within the time limit of the start. */
export class JwksUnavailable extends Error {
  override readonly name = 'JwksUnavailable';
  readonly code = 'JWKS_UNAVAILABLE';
}

const FETCH_TIMEOUT_MS = 4_000;
const START_RETRY_MS = 500;
const REFRESH_EVERY_MS = 300_000;
const REFRESH_AFTER_FAILURE_MS = 30_000;
// From the end of a fetch that a request caused, or that failed, to the next: anyone can send unknown key ids.
const COOL_DOWN_MS = 5_000;
// A provider publishes a key no later than this after it first signs with it, caches on the way included.
const PUBLICATION_DELAY_MS = 600_000;

export const createRemoteKeys = ({ location, algorithms, maxStaleMs, emit }: RemoteKeysOptions): RemoteKeys => {
  const { endpoint } = location;
  const log = createRefreshLog(endpoint, maxStaleMs, emit);
  // Twice within the time that keys stay trusted, so that they do not go stale while they can be refreshed.
  const refreshEveryMs = Math.min(REFRESH_EVERY_MS, maxStaleMs / 2);
  const closed = new AbortController();
  let set = NO_KEYS;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;
  let failure: unknown;
  let lookedUpAt = Number.NEGATIVE_INFINITY;
  let next: NodeJS.Timeout | undefined;

  /** Replaces the keys only with a set that has some: during an outage the last good ones stay in use. */
  const fetchKeys = async (): Promise<boolean> => {
    try {
      set = keySetOf(await within(FETCH_TIMEOUT_MS, location.fetch, closed.signal));
      fetchedAt = performance.now();
      log.fetched(set);
      return true;
    } catch (error) {
      failure = error;
      if (!closed.signal.aborted) log.failed(error);
      return false;
    }
  };

  const refreshLater = (ms: number) => {
    clearTimeout(next);
    if (!closed.signal.aborted) next = setTimeout(() => void refresh(), ms).unref();
  };

  const refreshOnce = async (): Promise<void> => {
    const fetched = await fetchKeys();
    refreshing = undefined;
    // A request that waited for it does not wait for the next one.
    if (!fetched) lookedUpAt = performance.now();
    const afterFailureMs = set === NO_KEYS ? COOL_DOWN_MS : REFRESH_AFTER_FAILURE_MS;
    refreshLater(fetched ? refreshEveryMs : Math.min(afterFailureMs, refreshEveryMs));
  };

  /** One at a time, for any number of requests; never rejects. */
  const refresh = (): Promise<void> => {
    refreshing ??= refreshOnce();
    return refreshing;
  };

  const ageMs = () => performance.now() - fetchedAt;
  const isStale = () => ageMs() > maxStaleMs;
  const isUnknown = (header: JoseHeader) => !isPublished(set, header);
  const isMissing = (header: JoseHeader) => isStale() || isUnknown(header);

  const lookUp = async (header: JoseHeader): Promise<void> => {
    // A refresh in progress may have been sent before the key was published.
    await refreshing;
    if (!isMissing(header)) return;
    if (refreshing === undefined && performance.now() - lookedUpAt < COOL_DOWN_MS) return;
    await refresh();
    lookedUpAt = performance.now();
  };

  /** Whether a JWT issued then may have been signed with a key that was not published yet at the last fetch. */
  const mayBeNewer = (issuedAt: number | undefined): boolean => {
    const fetchedAtMs = Date.now() - ageMs();
    return issuedAt !== undefined && issuedAt * 1000 > fetchedAtMs - PUBLICATION_DELAY_MS;
  };

  const unavailable = (why: string, reason?: 'unknown_key'): KeyLookup => ({
    outcome: 'unavailable',
    why,
    retryAfterMs: lookedUpAt + COOL_DOWN_MS - performance.now(),
    ...(reason !== undefined && { reason }),
  });

  return {
    algorithms,
    start: async (signal) => {
      while (set === NO_KEYS) {
        await Promise.race([refresh(), abortOf(signal)]);
        if (set === NO_KEYS) await pause(START_RETRY_MS, signal);
        if (signal.aborted) throw failedStart(endpoint, signal.reason, failure);
      }
    },
    refresh,
    keysFor: async (header, issuedAt) => {
      if (isMissing(header)) await lookUp(header);
      if (set === NO_KEYS) return unavailable(`there are no keys from ${endpoint} yet`);
      if (isStale()) return unavailable('the keys have not been refreshed for too long');
      // Only a young JWT: an old one of an unknown key has a made-up or a withdrawn one, and waiting would not help it.
      if (isUnknown(header) && mayBeNewer(issuedAt()))
        return unavailable(`${explainUnknown(header, set)}; it may not be published yet`, 'unknown_key');
      return lookUpKeys(set, header);
    },
    explainMisfit: () => 'the key that its header names does not fit its signature',
    close: () => {
      closed.abort();
      clearTimeout(next);
    },
  };
};

const abortOf = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

const failedStart = (endpoint: string, reason: Error, cause: unknown): Error => {
  if (reason instanceof InterruptedError) return reason;
  const why = cause ?? noAnswer();
  return new JwksUnavailable(`no keys from ${endpoint}: ${describeError(why).error}`, { cause: why });
};

const noAnswer = (): Error => codedError('ETIMEDOUT', 'no complete response');
