import { keysAt, keysOfIssuer } from '../auth/key-location.ts';
import { configuredKeys } from '../auth/key-source.ts';
import { createRemoteKeys, JwksUnavailable, type RemoteKeys } from '../auth/remote-keys.ts';
import { createTrustedKeys, type TrustedKeys } from '../auth/trusted-keys.ts';
import { PUBLIC_KEY_ALGORITHMS } from '../config/jwt-algorithms.ts';
import type { Config } from '../config/variables.ts';
import { describeError } from '../log/describe-error.ts';
import type { Emit } from '../log/events.ts';
import { InterruptedError } from '../startup/errors.ts';

/** The keys that verify JWTs: those of the configuration, and those that identity providers publish. */
export interface JwtKeys {
  /** Whether identity providers publish some of them. */
  readonly areFetched: boolean;
  /** Resolves once any source has keys; the others keep trying. Rejects when `signal` aborts before. */
  start(signal: AbortSignal): Promise<void>;
  /** Fetches all published keys now; never rejects. */
  refresh(): Promise<void>;
  close(): void;
  /** The published keys together with the secrets and public keys of these settings. */
  trustedWith(settings: Config['jwt']): TrustedKeys;
}

/** Makes the sources of keys; each identity provider has its own keys and its own schedule. */
export const createJwtKeys = ({ runtime, jwt }: Config, emit: Emit): JwtKeys => {
  const { jwksUrl, issuers = [], algorithms = PUBLIC_KEY_ALGORITHMS, jwksMaxStaleSeconds, jwksAllowHttp } = jwt;
  const allowHttp = jwksAllowHttp || runtime.nodeEnv !== 'production';
  const options = {
    algorithms: PUBLIC_KEY_ALGORITHMS.filter((alg) => algorithms.includes(alg)),
    maxStaleMs: jwksMaxStaleSeconds * 1000,
    emit,
  };
  const published = jwksUrl && createRemoteKeys({ location: keysAt(jwksUrl), ...options });
  const byIssuer = new Map(
    issuers.map((issuer) => [issuer, createRemoteKeys({ location: keysOfIssuer({ issuer, allowHttp }), ...options })]),
  );
  const remote = [...(published ? [published] : []), ...byIssuer.values()];
  return {
    areFetched: remote.length > 0,
    start: (signal) => startAny(remote, configuredKeys(jwt) !== undefined, signal),
    refresh: async () => void (await Promise.all(remote.map(({ refresh }) => refresh()))),
    close: () => {
      for (const { close } of remote) close();
    },
    trustedWith: (settings) =>
      createTrustedKeys({
        sources: [configuredKeys(settings), published].filter((source) => source !== undefined),
        expected: settings.issuer,
        issuers: byIssuer,
      }),
  };
};

const startAny = async (remote: readonly RemoteKeys[], hasKeys: boolean, signal: AbortSignal): Promise<void> => {
  const first = new AbortController();
  const starts = remote.map(({ start }) => start(AbortSignal.any([signal, first.signal])));
  try {
    await Promise.any(hasKeys ? [Promise.resolve(), ...starts] : starts);
  } catch (error) {
    throw causeOf(error);
  } finally {
    // From here on each follows its own schedule.
    first.abort();
    for (const start of starts) start.catch(() => {});
  }
};

const causeOf = (error: unknown): unknown => {
  const causes: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  if (causes.length === 1) return causes[0];
  const interrupted = causes.find((cause) => cause instanceof InterruptedError);
  return (
    interrupted ??
    new JwksUnavailable(causes.map((cause) => describeError(cause).error).join('; '), { cause: causes[0] })
  );
};
