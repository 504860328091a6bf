import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { type DemoPage, openDemoPage } from '../../support/demo-page.ts';
import { until } from '../../support/until.ts';

const MAX_EVENTS = 100;

describe('demo page: inside ticketd', function () {
  this.timeout(120_000);
  let opened: DemoPage;

  before(async () => {
    opened = await openDemoPage();
    await opened.press('Sign in and connect');
    await opened.untilText('#state', 'open');
  });
  after(() => opened?.close());

  /** Texts of a list without the time at the start of each. */
  const untimed = async (selector: string) =>
    (await opened.textsOf(`${selector} li`)).map((text) => text.replace(/^\d\d:\d\d:\d\d\.\d{3} /, ''));
  const stateOf = () => opened.page.locator('#ticket-state').innerText();
  const idShown = () => opened.page.locator('#ticket-id').innerText();
  const untilTicket = (state: string) => opened.untilText('#ticket-state', state);
  const eventsOf = (id: string) =>
    opened.page
      .locator('#log-events li', { hasText: `ticketId=${id}` })
      .locator('b')
      .allInnerTexts();
  const untilEvents = (id: string, count: number) =>
    until(`${count} events of ${id}`, async () => (await eventsOf(id)).length === count);
  const ready = async () => {
    const url = /curl -i (\S+\/ready)/.exec(opened.demo.output)?.[1] ?? '';
    return (await (await fetch(url)).json()) as { status: string };
  };
  /** Presses the button and waits for the ticket that follows. */
  const getTicket = async () => {
    const before = await idShown();
    await opened.press('Get a ticket');
    await until('a new ticket is shown', async () => (await idShown()) !== before);
    return idShown();
  };

  describe('last ticket', () => {
    it('is used after the sign-in, with its two events in order', async () => {
      await untilTicket('used');
      expect(await untimed('#ticket-states')).to.deep.equal(['issued', 'used']);
      const id = await idShown();
      await untilEvents(id, 2);
      expect(await eventsOf(id)).to.deep.equal(['ws_ticket_redeemed', 'ws_ticket_issued']);
    });

    it('counts down while it is issued', async () => {
      await getTicket();
      expect(await stateOf()).to.equal('issued');
      const seconds = async () => Number(await opened.page.locator('#ticket-seconds').innerText());
      const first = await seconds();
      expect(first).to.be.within(1, 30);
      await until('fewer seconds are left', async () => (await seconds()) < first);
    });

    it('is used once and then refused', async () => {
      await getTicket();
      await opened.press('Use this ticket');
      await untilTicket('used');
      await opened.press('Use this ticket');
      await untilTicket('refused');
      expect(await untimed('#ticket-states')).to.deep.equal(['issued', 'used', 'refused (used)']);
    });

    it('is refused after a revocation', async () => {
      await getTicket();
      await opened.press('Revoke my tickets');
      await untilTicket('revoked');
      await opened.press('Use this ticket');
      await untilTicket('refused');
      expect(await untimed('#ticket-states')).to.deep.equal(['issued', 'revoked', 'refused (revoked)']);
    });
  });

  describe('request as curl', () => {
    it('is copied and gets a ticket that the page shows', async () => {
      await opened.press('Copy');
      await opened.untilText('#copied', 'Copied.');
      const before = await idShown();
      const command = await opened.page.evaluate('navigator.clipboard.readText()');
      const response = execFileSync('bash', ['-c', `${command}`], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      expect(response).to.match(/^HTTP\/1\.1 200 OK\r\n/);
      await until('another ticket is shown', async () => (await idShown()) !== before);
      expect(await stateOf()).to.equal('issued');
      await opened.untilText('#ticket-owner', 'another client');
      expect(await opened.page.getByRole('button', { name: 'Use this ticket' }).isEnabled()).to.equal(false);
    });
  });

  describe('log events', () => {
    it('stay as they are while paused, then continue with none lost', async () => {
      const countOf = () => opened.page.locator('#log-events li').count();
      await opened.press('Pause');
      const before = await countOf();
      const ids = [await getTicket(), await getTicket()];
      await opened.untilText('#waiting', 'paused, 2 new');
      expect(await countOf()).to.equal(before);
      await opened.press('Continue');
      await opened.untilText('#waiting', '');
      for (const id of ids) expect(await eventsOf(id)).to.deep.equal(['ws_ticket_issued']);
      expect(await countOf()).to.equal(before + 2);
    });

    it(`are the newest ${MAX_EVENTS}, newest first`, async () => {
      const request = /'Authorization: (Bearer \S+)'.*?(http\S+)/s;
      const [, Authorization = '', url = ''] = request.exec(await opened.page.locator('#curl').innerText()) ?? [];
      for (let count = 0; count <= MAX_EVENTS; count += 1)
        await fetch(url, { method: 'POST', headers: { Authorization } });
      await until('only new events are shown', async () => {
        const events = await opened.textsOf('#log-events b');
        return events.length === MAX_EVENTS && events.every((event) => event === 'ws_ticket_issued');
      });
      const times = await opened.page
        .locator('#log-events time')
        .evaluateAll((all) => all.map((time) => (time as unknown as { dateTime: string }).dateTime));
      expect(times).to.deep.equal(times.toSorted().toReversed());
    });
  });

  describe('readiness', () => {
    it('follows /ready when Redis stops, and the ticket is lost when Redis returns empty', async () => {
      await getTicket();
      await opened.press('Stop Redis');
      await opened.untilText('#ready-state', 'not ready');
      expect((await ready()).status).to.equal('NOT_READY');
      await opened.untilText('#ticket-text', /not ready/);
      await opened.press('Get a ticket');
      await opened.untilText('#ticket-note', 'no ticket: 503 WS_TICKET_REDIS_NOT_READY');
      await opened.press('Start Redis');
      await opened.untilText('#ready-state', 'ready');
      expect((await ready()).status).to.equal('UP');
      await untilTicket('lost');
      expect(await untimed('#ready-changes')).to.deep.equal(['ready', 'not ready', 'ready']);
      const events = await opened.textsOf('#log-events b');
      const ofOutage = ['redis_down', 'ws_ticket_redis_not_ready', 'redis_up'];
      expect(events.filter((event) => ofOutage.includes(event))).to.deep.equal(ofOutage.toReversed());
    });

    it('shows a restart of ticketd as draining, no response, ready', async () => {
      await opened.press('Restart ticketd');
      await until('three more changes', async () => (await untimed('#ready-changes')).length === 6);
      expect((await untimed('#ready-changes')).slice(3)).to.deep.equal(['draining', 'no response', 'ready']);
      const events = await opened.textsOf('#log-events b');
      expect(events.indexOf('server_stopped')).to.be.within(0, events.indexOf('server_draining'));
    });

    it('moves its strip to the left', async () => {
      const bars = await opened.page.locator('#ready-strip i').evaluateAll((all) => all.map((bar) => bar.className));
      expect(bars.slice(-3)).to.deep.equal(['draining', 'no-response', 'ready']);
      const left = () =>
        opened.page
          .locator('#ready-strip .ready')
          .last()
          .evaluate((bar) => Number.parseFloat(bar.style.left));
      const first = await left();
      await until('the bar has moved', async () => (await left()) < first);
    });
  });

  describe('whole page', () => {
    for (const colorScheme of ['light', 'dark'] as const)
      it(`has no axe accessibility violations in ${colorScheme} colours`, async () => {
        expect(await opened.axeViolations(colorScheme)).to.deep.equal([]);
      });

    it('reaches every button and list by keyboard', async () => {
      await opened.page.getByRole('button', { name: 'Sign out' }).focus();
      const focused: string[] = [];
      for (let presses = 0; presses < 20; presses += 1) {
        await opened.page.keyboard.press('Tab');
        focused.push(
          await opened.page.evaluate('document.activeElement.ariaLabel ?? document.activeElement.textContent'),
        );
      }
      expect(focused).to.include.members([
        'Copy',
        'Pause',
        'Get a ticket',
        'Log events, newest first',
        'Restart ticketd',
      ]);
    });

    it('fits a screen of 400 pixels', async () => {
      await opened.page.setViewportSize({ width: 400, height: 800 });
      expect(await opened.page.evaluate('document.documentElement.scrollWidth')).to.equal(400);
      expect(await opened.axeViolations('light')).to.deep.equal([]);
    });

    it('shows the same changes, events and ticket after a reload', async () => {
      const shown = () =>
        Promise.all(['#ready-changes li', '#log-events li', '#ticket-states li', '#ticket-id'].map(opened.textsOf));
      const before = await shown();
      await opened.page.reload();
      await until('all is shown again', async () => JSON.stringify(await shown()) === JSON.stringify(before));
    });

    it('throws no error', () => {
      expect(opened.errors).to.deep.equal([]);
    });

    it('says that ticketd gives no response after the demo ends', async () => {
      await opened.demo.stop();
      await opened.untilText('#ready-state', 'no response');
    });
  });
});
