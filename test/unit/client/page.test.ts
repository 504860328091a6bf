import { expect } from 'chai';
import type { SinonFakeTimers } from 'sinon';
import { createClientRig } from '../../support/client-rig.ts';
import { type FakePage, installFakePage } from '../../support/fake-page.ts';
import { freezeTime } from '../../support/frozen-time.ts';

describe('ticketd/client in a browser page', () => {
  let clock: SinonFakeTimers;
  let page: FakePage;
  beforeEach(() => {
    clock = freezeTime();
    page = installFakePage();
  });
  afterEach(() => {
    page.restore();
    clock.restore();
  });

  const away = { offline: { onLine: false }, hidden: { visibilityState: 'hidden' } } as const;
  const back = { offline: { onLine: true }, hidden: { visibilityState: 'visible' } } as const;

  for (const why of ['offline', 'hidden'] as const)
    describe(`when the page is ${why}`, () => {
      it('pauses from the start and connects when the page is back', async () => {
        page.set(away[why]);
        const rig = createClientRig(clock);
        await rig.pass(60_000);
        expect(rig.client.state).to.equal('paused');
        expect(rig.journal).to.deep.equal([`paused ${why} @ 0`]);
        page.set(back[why]);
        expect(rig.journal.at(-1)).to.equal('connecting 0 connect @ 60000');
      });

      it('pauses its retries and resumes immediately when the page is back', async () => {
        const rig = createClientRig(clock);
        await rig.pass(0);
        await rig.request().answer(500);
        await rig.pass(100);
        page.set(away[why]);
        await rig.pass(60_000);
        expect(clock.countTimers()).to.equal(0);
        page.set(back[why]);
        await rig.open();
        expect(rig.journal.slice(2)).to.deep.equal([
          'retry 1 in 500 ticket @ 0',
          `paused ${why} @ 100`,
          'connecting 1 ticket @ 60100',
          'open @ 60100',
        ]);
      });

      it('reconnects no sooner than Retry-After allows', async () => {
        const rig = createClientRig(clock);
        await rig.pass(0);
        page.set(away[why]);
        await rig.request().answer(503, {}, { 'Retry-After': '5' });
        await rig.pass(1_000);
        page.set(back[why]);
        await rig.pass(4_000);
        expect(rig.journal.slice(2)).to.deep.equal([
          `paused ${why} @ 0`,
          'retry 1 in 4000 ticket @ 1000',
          'connecting 1 ticket @ 5000',
        ]);
      });

      it('finishes a connection attempt in progress and keeps an open connection', async () => {
        const rig = createClientRig(clock);
        await rig.pass(0);
        page.set(away[why]);
        await rig.open();
        await rig.pass(60_000);
        page.set(back[why]);
        expect(rig.journal).to.deep.equal(['connecting 0 connect @ 0', 'open @ 0']);
        page.set(away[why]);
        rig.socket().end();
        await rig.pass(60_000);
        expect(rig.journal.slice(2)).to.deep.equal(['close 1006 @ 60000', `paused ${why} @ 60000`]);
      });

      it('stops when close() is called during the pause', async () => {
        page.set(away[why]);
        const rig = createClientRig(clock);
        await rig.pass(0);
        rig.client.close();
        page.set(back[why]);
        await rig.pass(60_000);
        expect(rig.journal).to.deep.equal([`paused ${why} @ 0`, 'stopped closed @ 0']);
      });
    });

  it('reports each change between paused offline and paused hidden', async () => {
    page.set({ onLine: false, visibilityState: 'hidden' });
    const rig = createClientRig(clock);
    await rig.pass(0);
    page.set({ onLine: true });
    page.set({ onLine: false });
    page.set({ visibilityState: 'visible' });
    expect(rig.journal).to.deep.equal(['paused offline @ 0', 'paused hidden @ 0', 'paused offline @ 0']);
  });

  it('connects while hidden with pauseWhenHidden: false', async () => {
    page.set(away.hidden);
    const rig = createClientRig(clock, { pauseWhenHidden: false });
    await rig.pass(0);
    expect(rig.requests).to.have.lengthOf(1);
    page.set(away.offline);
    await rig.request().answer(500);
    expect(rig.journal.at(-1)).to.equal('paused offline @ 0');
  });

  for (const host of ['localhost:3000', 'chat.localhost', '127.0.0.1', '[::1]:80'])
    it(`connects to ${host} when the page starts offline`, async () => {
      page.set(away.offline);
      const rig = createClientRig(clock, { socketUrl: `ws://${host}/socket` });
      await rig.pass(0);
      expect(rig.requests).to.have.lengthOf(1);
      rig.client.close();
    });

  it('pauses when the network is lost, even with a local host', async () => {
    const rig = createClientRig(clock, { socketUrl: 'ws://localhost' });
    await rig.pass(0);
    page.set(away.offline);
    await rig.request().answer(500);
    expect(rig.journal.at(-1)).to.equal('paused offline @ 0');
  });

  it('pauses offline with a host that only looks local', async () => {
    page.set(away.offline);
    for (const host of ['localhost.example.com', 'notlocalhost', '10.127.0.1']) {
      const rig = createClientRig(clock, { socketUrl: `ws://${host}/socket` });
      await rig.pass(0);
      expect(rig.client.state, host).to.equal('paused');
      rig.client.close();
    }
  });

  it('listens to page events only until it stops, and again after connect()', async () => {
    const rig = createClientRig(clock);
    const { listening } = page;
    expect(listening).to.be.above(0);
    await rig.open();
    rig.client.close();
    expect(page.listening).to.equal(0);
    rig.client.connect();
    await rig.open();
    expect(page.listening).to.equal(listening);
    rig.socket().end();
    rig.client.connect();
    expect(page.listening).to.equal(listening);
    rig.client.close();
    expect(page.listening).to.equal(0);
  });

  it('reports paused again after close() and connect()', async () => {
    page.set(away.hidden);
    const rig = createClientRig(clock);
    await rig.pass(0);
    rig.client.close();
    rig.client.connect();
    await rig.pass(0);
    expect(rig.journal).to.deep.equal(['paused hidden @ 0', 'stopped closed @ 0', 'paused hidden @ 0']);
  });
});
