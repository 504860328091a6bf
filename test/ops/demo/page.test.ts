import { expect } from 'chai';
import { type DemoPage, openDemoPage } from '../../support/demo-page.ts';

describe('demo page', function () {
  this.timeout(120_000);
  let opened: DemoPage;

  before(async () => {
    opened = await openDemoPage();
  });
  after(() => opened?.close());

  const press = (name: string) => opened.press(name);
  const line = (text: string | RegExp) => opened.page.locator('#log li', { hasText: text });
  const untilLine = async (text: string | RegExp) => {
    await line(text).first().waitFor({ timeout: 30_000 });
  };
  const untilState = (text: string) => opened.untilText('#state', new RegExp(`^${text}`));
  const isEnabled = (name: string) => opened.page.getByRole('button', { name, exact: true }).isEnabled();

  it('starts signed out, with Send disabled', async () => {
    await untilState('stopped');
    for (const name of ['Send', 'Start Redis', 'Get a ticket', 'Use this ticket', 'Revoke my tickets', 'Copy'])
      expect(await isEnabled(name), name).to.equal(false);
  });

  it('signs in, connects and receives a message', async () => {
    await press('Sign in and connect');
    await untilState('open');
    await untilLine('Welcome, demo-user');
    await opened.page.getByLabel('A message').fill('<b>hello</b>');
    await press('Send');
    await untilLine('You said: <b>hello</b>');
    const steps = await opened.page
      .locator('#steps li')
      .evaluateAll((items) => items.map((item) => item.dataset.state));
    expect(steps).to.deep.equal(['done', 'done', 'done', 'done']);
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
    const bars = await opened.page.locator('#strip .waiting').count();
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
    await untilState('stopped \\(closed\\)');
    expect(await isEnabled('Sign in and connect')).to.equal(true);
  });

  it('throws no error', () => {
    expect(opened.errors).to.deep.equal([]);
  });

  it('leaves no process running after the demo stops', async () => {
    expect(await opened.demo.stop()).to.equal(0);
    const gone = await fetch(opened.demo.pageUrl).catch(() => 'gone');
    expect(gone).to.equal('gone');
  });
});
