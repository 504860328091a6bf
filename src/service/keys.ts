import { fixedKeys, type KeySource } from '../auth/key-source.ts';
import type { RemoteKeys } from '../auth/remote-keys.ts';
import { algorithmsFor, PUBLIC_KEY_ALGORITHMS } from '../config/jwt-keys.ts';
import type { Config } from '../config/variables.ts';
import type { Emit } from '../log/events.ts';
import type { Phase } from '../startup/phase.ts';

/** Where the keys of the JWTs come from, and the phases that fetch them first, where they have to be. */
export interface Keys {
  readonly phases: readonly Phase[];
  /** To be called once those phases are done. */
  readonly keys: () => KeySource;
}

export const createKeys = ({ jwt }: Config, emit: Emit): Keys => {
  const { secrets, publicKey, jwksUrl, algorithms } = jwt;
  if (jwksUrl !== undefined) return published(jwksUrl, jwt, emit);
  const keys = secrets ?? [publicKey].filter((key) => key !== undefined);
  // All keys are of one kind.
  const able = keys.slice(0, 1).flatMap((key) => algorithmsFor(key));
  return { phases: [], keys: () => fixedKeys(keys, algorithms ?? able) };
};

// Required everywhere: a service without a single key could only tell every caller that their token is not valid.
const published = (url: URL, jwt: Config['jwt'], emit: Emit): Keys => {
  const { algorithms = PUBLIC_KEY_ALGORITHMS, jwksStartupTimeoutMs, jwksMaxStaleSeconds } = jwt;
  let remote: RemoteKeys | undefined;
  const phase: Phase = {
    name: 'jwks',
    timeoutMs: jwksStartupTimeoutMs,
    start: async (signal) => {
      const { createRemoteKeys } = await import('../auth/remote-keys.ts');
      remote = createRemoteKeys({ url, algorithms, maxStaleMs: jwksMaxStaleSeconds * 1000, emit });
      await remote.start(signal);
    },
    stop: () => remote?.close(),
  };
  return { phases: [phase], keys: () => started(remote) };
};

const started = (remote: RemoteKeys | undefined): RemoteKeys => {
  if (remote === undefined) throw new Error('the jwks phase has not run');
  return remote;
};
