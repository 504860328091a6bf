import { expect } from 'chai';
import { createRevocationFeeds } from '../../../src/http/routes/revocations/feeds.ts';
import type { Listener } from '../../../src/http/server/listener.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { createListenerGroup, createListeners } from '../../../src/service/listeners.ts';
import { createMemoryRevocationLog } from '../../../src/tickets/memory-revocation-log.ts';
import { createMemoryStore } from '../../../src/tickets/memory-store.ts';
import { configOf } from '../../support/config.ts';

describe('listeners', () => {
  const emit = () => {};
  const revocations = createMemoryRevocationLog();
  const namesWith = async (env: Readonly<Record<string, string>>): Promise<readonly string[]> =>
    createListeners({
      config: await configOf(env),
      authenticate: async () => Promise.reject(new Error('no JWT')),
      verifyLogoutToken: async () => Promise.reject(new Error('no logout token')),
      gatewayKeys: () => [],
      store: createMemoryStore(),
      revocations,
      feeds: createRevocationFeeds({ log: revocations, emit }),
      metrics: createMetrics({ inFlight: () => 0 }),
      isDraining: () => false,
      emit,
    }).map(({ name }) => name);

  it('are internal and public, with public last, so that it stops first', async () => {
    expect(await namesWith({})).to.deep.equal(['internal', 'public']);
  });

  it('are only public when INTERNAL_PORT is off', async () => {
    expect(await namesWith({ INTERNAL_PORT: 'off' })).to.deep.equal(['public']);
  });
});

describe('listener group', () => {
  const drained: string[] = [];
  beforeEach(() => {
    drained.length = 0;
  });

  const listenerOf = (name: string, requests: number): Listener => ({
    name,
    start: async () => {},
    drain: () => void drained.push(name),
    stop: async () => {},
    inFlight: () => requests,
  });

  it('has no requests in flight and does not drain when it is empty', () => {
    const group = createListenerGroup();
    expect(group.inFlight()).to.equal(0);
    expect(group.isDraining()).to.equal(false);
  });

  it('sums the requests in flight of its listeners', () => {
    const group = createListenerGroup();
    group.add(listenerOf('internal', 2));
    group.add(listenerOf('public', 5));
    expect(group.inFlight()).to.equal(7);
  });

  it('drains every listener and is draining from then on', () => {
    const group = createListenerGroup();
    group.add(listenerOf('internal', 0));
    group.add(listenerOf('public', 0));
    expect(group.isDraining()).to.equal(false);
    group.drain();
    expect(drained).to.deep.equal(['internal', 'public']);
    expect(group.isDraining()).to.equal(true);
  });
});
