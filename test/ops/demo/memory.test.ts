import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type DemoPage, openDemoPage } from '../../support/demo-page.ts';

describe('demo on a machine without Redis and without a container engine', function () {
  this.timeout(120_000);
  let directory: string;
  let opened: DemoPage;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'only-node-'));
    symlinkSync(process.execPath, join(directory, 'node'));
    opened = await openDemoPage({ env: { PATH: directory, TICKET_TTL_SECONDS: '3' } });
  });
  after(async () => {
    await opened?.close();
    rmSync(directory, { recursive: true });
  });

  it('prints that it uses memory://, what it cannot show, and how to see it', () => {
    const { output } = opened.demo;
    expect(output).to.include('Redis: none found. ticketd stores the tickets in its own memory (memory://).\n');
    expect(output).to.include('cannot show an outage of Redis');
    expect(output).to.include('install redis-server or Docker, then run the demo again.\n');
  });

  it('prints no command that needs Redis', () => {
    expect(opened.demo.output).not.to.include('check-redis');
  });

  it('says the same on the page and has no working button for Redis', async () => {
    await opened.untilText('#redis-note', /^Redis: none found.*\(memory:\/\/\).*cannot show an outage of Redis/);
    for (const name of ['Stop Redis', 'Start Redis'])
      expect(await opened.page.getByRole('button', { name }).isEnabled(), name).to.equal(false);
    expect(await opened.axeViolations('light')).to.deep.equal([]);
  });

  it('is ready, and shows a ticket that expires and is refused then', async () => {
    await opened.untilText('#ready-state', 'ready');
    await opened.press('Sign in and connect');
    await opened.untilText('#state', 'open');
    await opened.press('Get a ticket');
    await opened.untilText('#ticket-state', 'expired');
    await opened.untilText('#ticket-owner', 'this page');
    await opened.untilText('#ticket-seconds', '–');
    await opened.press('Use this ticket');
    await opened.untilText('#ticket-state', 'refused');
    expect(await opened.textsOf('#ticket-states li')).to.have.lengthOf(3);
    expect(opened.errors).to.deep.equal([]);
  });
});
