import { expect } from 'chai';
import { fixedKeys } from '../../../src/auth/key-source.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { createListeners } from '../../../src/service/listeners.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { configOf } from '../../support/config.ts';

describe('listeners', () => {
  const namesWith = async (env: Readonly<Record<string, string>>): Promise<readonly string[]> =>
    createListeners({
      config: await configOf(env),
      jwtKeys: fixedKeys([], []),
      store: createMemoryStore(),
      metrics: createMetrics({ inFlight: () => 0 }),
      isDraining: () => false,
      emit: () => {},
    }).map(({ name }) => name);

  it('are internal and public, with public last, so that it stops first', async () => {
    expect(await namesWith({})).to.deep.equal(['internal', 'public']);
  });

  it('are only public when INTERNAL_PORT is off', async () => {
    expect(await namesWith({ INTERNAL_PORT: 'off' })).to.deep.equal(['public']);
  });
});
