import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import type { TicketSocketEvents } from '../../src/client/types.ts';
import { type ClientRig, createClientRig } from '../support/client-rig.ts';
import { type FakePage, installFakePage } from '../support/fake-page.ts';
import { freezeTime, turns } from '../support/frozen-time.ts';
import { fc } from '../support/property.ts';

interface World {
  readonly rig: ClientRig;
  readonly page: FakePage;
  readonly clock: SinonFakeTimers;
}
type Act = (world: World) => unknown;

const named = (name: string, act: Act) => Object.assign(act, { [fc.toStringMethod]: () => name });

const statuses = [200, 400, 401, 403, 408, 429, 500, 503];
const codes = [1000, 1006, 1013, 4001, 4003, 4004, 4100];
const times = [0, 1, 500, 1_000, 2_000, 5_000, 10_000, 8 * 3_600_000];
const ofTicketd = { errorCode: 'SOME_CODE', retryAfter: 1 };

const acts: readonly Act[] = [
  ...statuses.flatMap((status) => [
    named(`${status} of ticketd`, ({ rig }) => rig.requests.at(-1)?.answer(status, ofTicketd)),
    named(`${status} of a proxy`, ({ rig }) => rig.requests.at(-1)?.answer(status, '<h1>no</h1>')),
  ]),
  ...codes.map((code) => named(`end ${code}`, ({ rig }) => rig.sockets.at(-1)?.end(code))),
  ...times.map((ms) => named(`pass ${ms}`, ({ clock }) => void clock.tick(Math.min(ms, 60_000)))),
  ...times.map((ms) => named(`sleep ${ms}`, ({ clock }) => void clock.jump(ms))),
  named('request lost', ({ rig }) => rig.requests.at(-1)?.fail(new TypeError('Failed to fetch'))),
  named('connect()', ({ rig }) => rig.client.connect()),
  named('close()', ({ rig }) => rig.client.close()),
  named('offline', ({ page }) => page.set({ onLine: false })),
  named('online', ({ page }) => page.set({ onLine: true })),
  named('hidden', ({ page }) => page.set({ visibilityState: 'hidden' })),
  named('visible', ({ page }) => page.set({ visibilityState: 'visible' })),
];
/** Successes are as frequent as all the rest, so that sockets open. */
const well: readonly Act[] = [
  named('ticket', ({ rig }) => rig.requests.at(-1)?.answer(200, { ticket: 'wst_x' })),
  named('open', ({ rig }) => {
    if (rig.sockets.at(-1)?.readyState === 0) rig.socket().open();
  }),
];

const events: readonly (keyof TicketSocketEvents)[] = [
  ...(['connecting', 'ticket', 'ticket-error', 'open', 'close', 'retry', 'paused', 'stopped'] as const),
];
/** What a listener of the application does the first time that it is called. */
const listener = fc.record({
  type: fc.constantFrom(...events),
  does: fc.constantFrom('connect', 'close', 'close and connect'),
});

describe('ticketd/client with events in any order', () => {
  const count = (rig: ClientRig) => {
    const sockets = rig.sockets.filter(({ readyState }) => readyState < 2).length;
    const requests = rig.requests.filter(({ signal, answered }) => !signal.aborted && !answered).length;
    return { sockets, requests };
  };

  const expectSound = ({ rig, clock }: World) => {
    const { sockets, requests } = count(rig);
    const timers = clock.countTimers();
    expect(sockets + requests, 'sockets and requests').to.be.at.most(1);
    expect(timers, 'timers').to.be.at.most(1);
    const { state } = rig.client;
    const under = { open: [1, 0, 0], waiting: [0, 0, 1], paused: [0, 0, 0], stopped: [0, 0, 0] } as const;
    if (state !== 'connecting') expect([sockets, requests, timers], state).to.deep.equal(under[state]);
    else expect([sockets + requests, timers]).to.deep.equal([1, 1]);
    if (state === 'stopped')
      expect(rig.journal.at(-1)).to.match(/^stopped (unauthorized|forbidden|invalid|revoked|refused|closed) /);
  };

  const addListener = ({ rig: { client } }: World, { type, does }: { type: keyof TicketSocketEvents; does: string }) =>
    client.addEventListener(
      type,
      () => {
        if (does.includes('close')) client.close();
        if (does.includes('connect')) client.connect();
      },
      { once: true },
    );

  const expectItOpens = async ({ rig, page, clock }: World) => {
    if (rig.client.state === 'stopped') rig.client.connect();
    page.set({ onLine: true, visibilityState: 'visible' });
    const isOpen = () => rig.client.state === 'open';
    for (let n = 0; n < 60 && !isOpen(); n += 1) {
      await turns(2);
      for (const act of well) await act({ rig, page, clock });
      if (rig.client.state === 'stopped') rig.client.connect();
      else clock.tick(1_000);
    }
    expect(isOpen()).to.equal(true);
  };

  it('keeps at most one request or socket and one timer, reports why it stopped, and opens when it can', async () => {
    const act = fc.oneof(fc.constantFrom(...acts), fc.constantFrom(...well));
    const run = fc.asyncProperty(
      fc.array(act, { maxLength: 20 }),
      fc.array(listener, { maxLength: 2 }),
      async (story, listeners) => {
        const clock = freezeTime();
        const page = installFakePage();
        let asked = 0;
        // Each JWT twice, so that a refused one comes again at times.
        const getToken = () => `jwt-${Math.floor(asked++ / 2)}`;
        const world = { clock, page, rig: createClientRig(clock, { getToken }) };
        // A listener may connect again, each once.
        const close = () => Array.from({ length: 3 }, () => world.rig.client.close());
        try {
          for (const one of listeners) addListener(world, one);
          await turns();
          for (const step of story) {
            await step(world);
            await turns();
            expectSound(world);
          }
          await expectItOpens(world);
          close();
          expect(clock.countTimers() + page.listening).to.equal(0);
        } finally {
          close();
          page.restore();
          clock.restore();
        }
      },
    );
    await fc.assert(run, { numRuns: 200 });
  });
});
