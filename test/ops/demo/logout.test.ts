import { expect } from 'chai';
import { type DemoPage, type DemoWindow, openDemoPage } from '../../support/demo-page.ts';

const LOGOUT_BUTTONS = ['Log out here', 'Log out everywhere'];

describe('demo page in two browsers', function () {
  this.timeout(120_000);
  let opened: DemoPage;
  let one: DemoWindow;
  let other: DemoWindow;

  before(async () => {
    opened = await openDemoPage();
    one = opened;
    other = await opened.openAnother();
    await signIn(one, other);
  });
  after(() => opened?.close());

  const signIn = async (...windows: DemoWindow[]) => {
    await Promise.all(windows.map(({ press }) => press('Sign in and connect')));
    await Promise.all(windows.map(({ untilText }) => untilText('#state', 'open')));
  };
  const untilRevoked = ({ untilText }: DemoWindow) => untilText('#state', 'stopped (revoked)');
  const untilNote = ({ untilText }: DemoWindow, text: string | RegExp) => untilText('#logout-note', text);
  const isEnabled = ({ page }: DemoWindow, name: string) => page.getByRole('button', { name }).isEnabled();
  const linesOf = ({ page }: DemoWindow, text: string | RegExp) => page.locator('#log li', { hasText: text }).count();
  const sessionOf = async ({ page }: DemoWindow) => {
    const step = await page.locator('[data-step="token"] span').innerText();
    return /session (\w{8})$/.exec(step)?.[1] ?? '';
  };
  /** Waits until a page shows as many open sockets, and returns their sessions. */
  const sessionsShown = async ({ untilText, textsOf }: DemoWindow, count: number) => {
    await untilText('#socket-count', String(count));
    return (await textsOf('#sockets code')).toSorted();
  };

  it('shows the sessions of both as open at the gateway', async () => {
    const [first, second] = [await sessionOf(one), await sessionOf(other)];
    expect(first).not.to.equal(second);
    expect(await sessionsShown(one, 2)).to.deep.equal([`${first} (this page)`, second].toSorted());
    expect(await sessionsShown(other, 2)).to.deep.equal([first, `${second} (this page)`].toSorted());
    expect(await one.textsOf('#sockets span')).to.deep.equal(['2 sockets']);
  });

  it('“Log out here” stops one page, and the other stays open', async () => {
    const stays = await sessionOf(other);
    await one.press('Log out here');
    await untilRevoked(one);
    expect(await sessionsShown(one, 1)).to.deep.equal([stays]);
    await one.press('Try the old JWT');
    await untilNote(one, /401 AUTH_TOKEN_INVALID/);
    expect(await other.page.locator('#state').innerText()).to.equal('open');
    await signIn(one);
    expect(await sessionsShown(one, 2)).to.include(stays);
  });

  it('“Log out everywhere” stops both with 4001, and both can sign in immediately', async () => {
    const before = await Promise.all([one, other].map(sessionOf));
    await one.press('Log out everywhere');
    await Promise.all([one, other].map(untilRevoked));
    await signIn(one, other);
    expect(await linesOf(other, /closed\s*4001 session revoked/)).to.equal(1);
    // With the logout before.
    expect(await linesOf(one, /closed\s*4001 session revoked/)).to.equal(2);
    for (const window of [one, other]) expect(await linesOf(window, 'no ticket')).to.equal(0);
    const closed = (await one.textsOf('#gateway-events li')).slice(-2).join();
    for (const session of before) expect(closed).to.match(new RegExp(`${session} closed with 4001, \\d+ ms after`));
  });

  it('refuses the old JWTs of both after “Log out everywhere”', async () => {
    await other.press('Log out everywhere');
    for (const window of [one, other]) {
      await untilRevoked(window);
      await untilNote(window, 'stopped (revoked): the gateway closed the socket of this page with 4001.');
      for (const name of LOGOUT_BUTTONS) expect(await isEnabled(window, name), name).to.equal(false);
      await window.press('Try the old JWT');
      await untilNote(window, 'ticketd refuses the old JWT: 401 AUTH_TOKEN_INVALID. Sign in again: a new JWT works.');
    }
    expect(await sessionsShown(one, 0)).to.deep.equal([]);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has no axe accessibility violations in ${colorScheme} colours after a logout`, async () => {
      expect(await one.axeViolations(colorScheme)).to.deep.equal([]);
    });

  it('fits a window of 400 pixels', async () => {
    await other.page.setViewportSize({ width: 400, height: 800 });
    expect(await other.page.evaluate('document.documentElement.scrollWidth')).to.equal(400);
  });

  it('says that the JWT still works after a revocation that does not end the session', async () => {
    await signIn(one);
    await one.press('Revoke my tickets');
    await untilRevoked(one);
    await one.press('Try the old JWT');
    await untilNote(one, 'The old JWT still gets a ticket: the revocation did not end its session.');
    await one.untilText('#ticket-owner', 'this page');
  });

  it('says why there is no logout while Redis is stopped, and lets the user try again', async () => {
    await signIn(one);
    await one.press('Stop Redis');
    await one.untilText('#ready-state', 'not ready');
    await one.press('Log out everywhere');
    await untilNote(one, 'Not logged out: 503 WS_TICKET_REDIS_NOT_READY.');
    for (const name of LOGOUT_BUTTONS) expect(await isEnabled(one, name), name).to.equal(true);
  });

  it('throws no error', () => {
    expect([...one.errors, ...other.errors]).to.deep.equal([]);
  });
});
