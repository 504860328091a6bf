import { execFileSync } from 'node:child_process';
import axe from 'axe-core';
import { expect } from 'chai';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Demo, startDemo } from '../../support/demo.ts';
import { until } from '../../support/until.ts';

const chromiumPath = () => execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();

describe('demo page', function () {
  this.timeout(120_000);
  let demo: Demo;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  before(async () => {
    demo = await startDemo();
    // Without the sandbox, which is not available to root.
    browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1000, height: 1400 } });
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(demo.pageUrl);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const line = (text: string | RegExp) => page.locator('#log li', { hasText: text });
  const untilLine = async (text: string | RegExp) => {
    await line(text).first().waitFor({ timeout: 30_000 });
  };
  const untilState = (text: string) =>
    until(`the state "${text}"`, async () => (await page.locator('#state').innerText()).startsWith(text), 30_000);
  const violations = async () => {
    await page.addScriptTag({ content: axe.source });
    const { violations: found } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  };

  it('starts signed out, with Send disabled', async () => {
    await untilState('stopped');
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).to.equal(true);
    expect(await page.getByRole('button', { name: 'Start Redis' }).isDisabled()).to.equal(true);
  });

  it('signs in, connects and receives a message', async () => {
    await press('Sign in and connect');
    await untilState('open');
    await untilLine('Welcome, demo-user');
    await page.getByLabel('A message').fill('<b>hello</b>');
    await press('Send');
    await untilLine('You said: <b>hello</b>');
    const steps = await page.locator('#steps li').evaluateAll((items) => items.map((item) => item.dataset.state));
    expect(steps).to.deep.equal(['done', 'done', 'done', 'done']);
  });

  it('shows that a used ticket is refused', async () => {
    await press('Replay the used ticket');
    await untilLine(/replay refused\s*4004/);
    expect(await line('which must never happen').count()).to.equal(0);
  });

  it('reconnects with a fresh ticket when the connection breaks', async () => {
    await press('Break the connection');
    await untilLine(/closed\s*1006/);
    await untilLine('retry 1: requests a new ticket');
    await untilState('open');
  });

  it('waits for Retry-After during a Redis outage and reconnects by itself', async () => {
    await press('Stop Redis');
    await untilLine(/Redis\s*stopped/);
    await press('Break the connection');
    await untilLine('503 WS_TICKET_REDIS_NOT_READY; Retry-After 2 s');
    await untilState('waits');
    await press('Start Redis');
    await untilState('open');
    const bars = await page.locator('#strip .waiting').count();
    expect(bars).to.be.at.least(1);
  });

  it('reconnects after a restart of ticketd', async () => {
    await press('Restart ticketd');
    await press('Break the connection');
    await untilLine(/ticketd\s*restarted/);
    await untilState('open');
  });

  it('stays closed after sign-out', async () => {
    await press('Sign out');
    await untilState('stopped: closed');
    expect(await page.getByRole('button', { name: 'Sign in and connect' }).isEnabled()).to.equal(true);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`has no axe accessibility violations in ${colorScheme} colours`, async () => {
      await page.emulateMedia({ colorScheme });
      expect(await violations()).to.deep.equal([]);
    });

  it('throws no error', () => {
    expect(errors).to.deep.equal([]);
  });

  it('leaves no process running after the demo stops', async () => {
    expect(await demo.stop()).to.equal(0);
    const gone = await fetch(demo.pageUrl).catch(() => 'gone');
    expect(gone).to.equal('gone');
  });
});
