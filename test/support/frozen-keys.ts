import type { SinonFakeTimers } from 'sinon';
import { keysAt } from '../../src/auth/key-location.ts';
import type { KeyLookup } from '../../src/auth/key-source.ts';
import { createRemoteKeys, type RemoteKeys } from '../../src/auth/remote-keys.ts';
import { PUBLIC_KEY_ALGORITHMS } from '../../src/config/jwt-algorithms.ts';
import { type Emitted, recordEvents } from './emitted.ts';
import { freezeTime, isFrozen, turns } from './frozen-time.ts';
import { closeProviders, type IdentityProvider, startIdentityProvider } from './identity-provider.ts';
import type { SigningKey } from './signing-key.ts';

/** Where time stands still: 2026-01-01T00:00:00Z. */
export const NOW_MS = Date.UTC(2026, 0, 1);

/** The keys of a real provider, on a frozen clock. */
export interface FrozenKeys {
  readonly provider: IdentityProvider;
  readonly keys: RemoteKeys;
  readonly clock: SinonFakeTimers;
  start(signal?: AbortSignal): Promise<void>;
  /** What there is for an ES256 JWT of this key id, issued at that second; without one, it has no `iat`. */
  lookUp(kid: string | undefined, issuedAt?: number): Promise<KeyLookup>;
  /** How many keys there are for an ES256 JWT of this key id that has no `iat`. */
  find(kid: string | undefined): Promise<number>;
  /** How often the provider was asked. */
  fetches(): number;
  readonly emitted: readonly Emitted[];
  /** The fields of the logged events of that name. */
  logged(event: Emitted['event']): readonly Emitted['fields'][];
  /** Lets the time of the next fetch come, and waits for what it finds. */
  nextFetch(ms: number): Promise<void>;
  restore(): Promise<void>;
}

/** Keys that stay trusted for a day without a refresh. */
export const freezeKeys = (...published: readonly SigningKey[]): Promise<FrozenKeys> =>
  freezeKeysTrustedFor(86_400_000, ...published);

export const freezeKeysTrustedFor = async (
  maxStaleMs: number,
  ...published: readonly SigningKey[]
): Promise<FrozenKeys> => {
  const clock = freezeTime(NOW_MS);
  const provider = await startIdentityProvider(...published);
  const { emit, emitted } = recordEvents();
  const url = new URL(`${provider.url}?secret=1`);
  const keys = createRemoteKeys({ location: keysAt(url), algorithms: PUBLIC_KEY_ALGORITHMS, maxStaleMs, emit });
  const lookUp = (kid: string | undefined, issuedAt?: number) => keys.keysFor({ alg: 'ES256', kid }, () => issuedAt);
  const find = async (kid: string | undefined) => numberOfKeys(await lookUp(kid));
  const fetches = () => provider.asked.length;
  return {
    provider,
    keys,
    clock,
    start: (signal = new AbortController().signal) => keys.start(signal),
    lookUp,
    find,
    fetches,
    emitted,
    logged: (event) => emitted.filter((one) => one.event === event).map(({ fields }) => fields),
    nextFetch: async (ms) => {
      const before = fetches();
      await clock.tickAsync(ms);
      await eventually(() => fetches() > before);
      // An unknown key waits for the fetch under way.
      await find('nobody');
    },
    restore: async () => {
      keys.close();
      clock.restore();
      await closeProviders();
    },
  };
};

/** How many keys a lookup found; not a number if that is not settled. */
export const numberOfKeys = (lookup: KeyLookup): number => {
  if (lookup.outcome === 'unavailable') return Number.NaN;
  return lookup.outcome === 'none' ? 0 : lookup.keys.length;
};

/** Waits while time stands still, or moves by these steps: what is waited for comes over a socket. */
export const eventually = async (holds: () => boolean, step: () => Promise<unknown> = turns): Promise<void> => {
  // The end of a test that got stuck restores the time.
  while (!holds() && isFrozen()) await step();
};
