import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { TICKET_PATH } from '../../support/ask.ts';
import { launchChromium } from '../../support/chromium.ts';
import { freePort } from '../../support/free-port.ts';
import { token } from '../../support/jwt.ts';
import { type OpenPage, openPage, type PageServer, startPageServer } from '../../support/one-line/page.ts';
import { createStreamGateway, type StreamGateway } from '../../support/one-line/stream-gateway.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

describe('eventSourceWithTicket in Chromium', () => {
  let service: RunningService;
  let browser: Browser;
  let pages: PageServer;
  let gateway: StreamGateway;
  let page: OpenPage;
  before(async () => {
    pages = await startPageServer();
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY, CORS_ORIGINS: pages.origin });
    gateway = createStreamGateway(await freePort(), service.internalUrl);
    await gateway.start();
    browser = await launchChromium();
    const settings = { jwt: token(), ticketUrl: service.url + TICKET_PATH, sourceUrl: gateway.sourceUrl };
    page = await openPage({ browser, pages }, 'event-source', settings);
  });
  after(async () => {
    await browser?.close();
    await gateway?.stop();
    await service.stop();
    await pages.stop();
  });

  const reports = (last: string) => until(`${last}; ${page.reports}`, () => page.reports.at(-1) === last);
  const streams = (count: number) => until(`${count} streams`, () => gateway.opened.length === count);

  it('reads events', async () => {
    await streams(1);
    gateway.send('id: 1\ndata: one\n\nevent: news\nid: 2\ndata: two\n\n');
    await reports('news: two');
    expect(page.reports).to.deep.equal(['open', '1: one', 'news: two']);
  });

  it('continues after the last event with a fresh ticket when the server was restarted', async () => {
    await gateway.stop();
    await until('the page has lost its stream', () => page.failedRequests() > 0);
    await gateway.start();
    await streams(2);
    gateway.send('id: 3\ndata: three\n\n');
    await reports('3: three');
    expect(gateway.opened).to.deep.equal([undefined, '2']);
  });

  it('reconnects when the network was away', async () => {
    const { length } = page.reports;
    await page.setOffline(true);
    gateway.end();
    await page.setOffline(false);
    await streams(3);
    await reports('open');
    expect(page.reports.slice(length)).to.deep.equal(['open']);
    const tickets = service.eventsOf('ws_ticket_redeemed').map(({ ticketId }) => ticketId);
    expect([new Set(tickets).size, gateway.refused]).to.deep.equal([3, 0]);
  });

  it('stops when the user has signed out and the server ends the stream', async () => {
    await page.signOut();
    gateway.end();
    await reports('stopped: unauthorized 2');
    expect(gateway.opened).to.have.lengthOf(3);
  });
});
