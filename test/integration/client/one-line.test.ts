import { createServer } from 'node:http';
import { expect } from 'chai';
import type { Browser } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { createGateway } from '../../../src/gateway/gateway.ts';
import { TICKET_PATH } from '../../support/ask.ts';
import { launchChromium } from '../../support/chromium.ts';
import { listen } from '../../support/gateway-rig.ts';
import { token } from '../../support/jwt.ts';
import { openPage, type PageServer, startPageServer } from '../../support/one-line/page.ts';
import { type ServeSockets, serveDocument, serveEcho, serveGraphql } from '../../support/one-line/servers.ts';
import { GATEWAY_KEY } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

/** Applications that differ from their usual form in one line, and their servers. */
const applications: Readonly<Record<string, ServeSockets>> = {
  plain: serveEcho,
  'reconnecting-websocket': serveEcho,
  partysocket: serveEcho,
  'graphql-ws': serveGraphql,
  'y-websocket': serveDocument,
  'react-use-websocket': serveEcho,
};

describe('applications with one changed line, in Chromium', () => {
  let service: RunningService;
  let browser: Browser;
  let pages: PageServer;
  before(async () => {
    pages = await startPageServer();
    service = await startService({ REDIS_URL: 'memory://', GATEWAY_KEYS: GATEWAY_KEY, CORS_ORIGINS: pages.origin });
    browser = await launchChromium();
  });
  after(async () => {
    await browser.close();
    await service.stop();
    await pages.stop();
  });

  /** A server of sockets that redeems tickets, and notes which. */
  const startServer = async (serve: ServeSockets) => {
    const server = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    const refused: unknown[] = [];
    const gateway = createGateway({
      redeem: { url: service.internalUrl, key: GATEWAY_KEY },
      onEvent: (event) => event.event === 'upgrade_refused' && refused.push(event),
    });
    gateway.protect(server, sockets);
    serve(sockets);
    const port = await listen(server);
    const stop = async () => {
      await gateway.close();
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
    };
    return { socketUrl: `ws://127.0.0.1:${port}`, clients: sockets.clients, refused, stop };
  };

  const settingsFor = (socketUrl: string) => ({ jwt: token(), ticketUrl: service.url + TICKET_PATH, socketUrl });

  for (const [name, serve] of Object.entries(applications))
    it(`${name} reconnects with a fresh ticket after it lost the network, and stops when the user signed out`, async () => {
      const server = await startServer(serve);
      const page = await openPage({ browser, pages }, name, settingsFor(server.socketUrl)).catch(async (error) => {
        await server.stop();
        throw error;
      });
      const redeemed = service.eventsOf('ws_ticket_redeemed').length;
      const connections = (count: number) =>
        until(
          `${count} connections; ${page.reports}`,
          () => page.reports.filter((what) => what === 'hello').length === count,
        );
      try {
        await connections(1);
        await page.setOffline(true);
        for (const client of server.clients) client.terminate();
        await until('it has tried without the network', () => page.failedRequests() > 0);
        await page.setOffline(false);
        await connections(2);
        await page.signOut();
        for (const client of server.clients) client.close(4001, 'session revoked');
        await until('it has stopped', () => page.reports.at(-1) === 'stopped');
        expect(page.reports).to.deep.equal(['open', 'hello', 'open', 'hello', 'stopped']);
        const tickets = service
          .eventsOf('ws_ticket_redeemed')
          .slice(redeemed)
          .map(({ ticketId }) => ticketId);
        expect([tickets.length, new Set(tickets).size]).to.deep.equal([2, 2]);
        expect(server.refused).to.deep.equal([]);
      } finally {
        await page.close();
        await server.stop();
      }
    });
});
