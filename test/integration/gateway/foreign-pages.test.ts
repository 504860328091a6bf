import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import { createGateway, UpgradeRefused } from '../../../src/gateway/gateway.ts';
import { digestOf, ticketIdOf } from '../../../src/tickets/ticket.ts';
import { openChromiumPage } from '../../support/browsers/chromium-page.ts';
import { openFirefoxPage } from '../../support/browsers/firefox-page.ts';
import type { BrowserPage } from '../../support/browsers/page.ts';
import { lasting, leaving, type Trigger, triggers } from '../../support/browsers/pages-that-ask.ts';
import { listen } from '../../support/gateway-rig.ts';
import { prepareNginx } from '../../support/proxies/nginx.ts';
import { type Prepare, runProxy } from '../../support/proxies/proxy-process.ts';
import { GATEWAY_KEY, issueTicket } from '../../support/redeem.ts';
import { type LoggedEvent, type RunningService, startService } from '../../support/service.ts';
import { until } from '../../support/until.ts';

// Browsers send Sec-Fetch-Site only to https and to names below localhost, which lead to this machine.
const HOSTS = {
  'the page of the ticket': 'app.site.localhost',
  'a page of a sibling subdomain': 'other.site.localhost',
  'a page of another site': 'evil.localhost',
} as const;
type Host = keyof typeof HOSTS;

/** What becomes of a ticket that is bound to the origin of its page: of one without a path, and of one with it. */
type Outcomes = readonly [withoutPath: string, withPath: string];

const ADMITTED: Outcomes = ['admitted', 'admitted'];
const PATH_ALONE: Outcomes = ['origin', 'admitted'];
const REFUSED: Outcomes = ['origin', 'origin'];

const expected: Readonly<Record<Host, Readonly<Record<Trigger, Outcomes>>>> = {
  'the page of the ticket': {
    image: ADMITTED,
    fetch: ADMITTED,
    EventSource: ADMITTED,
    WebSocket: ADMITTED,
    link: ADMITTED,
    download: ADMITTED,
    'GET form': ADMITTED,
    'POST form': ADMITTED,
  },
  'a page of a sibling subdomain': {
    image: PATH_ALONE,
    fetch: PATH_ALONE,
    EventSource: REFUSED,
    WebSocket: REFUSED,
    link: PATH_ALONE,
    download: PATH_ALONE,
    'GET form': PATH_ALONE,
    'POST form': REFUSED,
  },
  'a page of another site': {
    image: REFUSED,
    fetch: REFUSED,
    EventSource: REFUSED,
    WebSocket: REFUSED,
    link: REFUSED,
    download: REFUSED,
    'GET form': REFUSED,
    'POST form': REFUSED,
  },
};

/** A server whose `/page` anybody gets, and all the rest only with a ticket. */
interface Guarded {
  readonly port: number;
  stop(): Promise<unknown>;
}

const PATH = '/guarded';

const startApp = async (guard: 'gateway' | 'none', service: RunningService): Promise<Guarded> => {
  const gateway = createGateway({ redeem: { url: service.internalUrl, key: GATEWAY_KEY }, onEvent: () => {} });
  const server = createServer(async (request, response) => {
    const isOpen = guard === 'none' || request.url === '/page';
    try {
      if (!isOpen) await gateway.authenticateRequest(request);
      response.setHeader('Content-Type', 'text/html').end('<link rel="icon" href="data:,"><p>a page</p>');
    } catch (error) {
      response.writeHead(error instanceof UpgradeRefused ? error.status : 500).end('refused');
    }
  });
  const sockets = new WebSocketServer({ noServer: true });
  gateway.protect(server, sockets);
  const port = await listen(server);
  return {
    port,
    stop: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
      await gateway.close();
    },
  };
};

/** nginx as shipped, with a page beside what it guards. */
const startNginx = async (service: RunningService): Promise<Guarded> => {
  const upstream = await startApp('none', service);
  const page = `location = /page { auth_request off; proxy_pass http://127.0.0.1:${upstream.port}; }`;
  const prepare: Prepare = async (port, directory, neighbours) => {
    const launch = await prepareNginx(port, directory, neighbours);
    const config = join(directory, 'nginx.conf');
    await writeFile(config, (await readFile(config, 'utf8')).replace('# WebSockets.', page));
    return launch;
  };
  const ticketdPort = Number(new URL(service.internalUrl).port);
  const proxy = await runProxy(prepare, { ticketdPort, upstreamPort: upstream.port });
  const stop = () => Promise.all([proxy.stop(), upstream.stop()]);
  return { port: Number(new URL(proxy.url).port), stop };
};

const byGateway = { start: (service: RunningService) => startApp('gateway', service), leaving };
// A form sends what a link does, with POST also what an EventSource does.
const byNginx = { start: startNginx, leaving: ['link'] satisfies readonly Trigger[] };

const browsers = {
  Chromium: {
    openPage: openChromiumPage,
    guards: { 'gateway.authenticateRequest': byGateway, 'forward-auth with nginx': byNginx },
  },
  Firefox: {
    openPage: openFirefoxPage,
    guards: {
      'gateway.authenticateRequest': { ...byGateway, leaving: ['download', 'POST form'] satisfies readonly Trigger[] },
    },
  },
};

for (const [browserName, { openPage, guards }] of Object.entries(browsers))
  describe(`requests that pages make ${browserName} send`, function () {
    this.timeout(120_000);
    let service: RunningService;
    let page: BrowserPage;
    before(async () => {
      service = await startService({
        REDIS_URL: 'memory://',
        GATEWAY_KEYS: GATEWAY_KEY,
        FORWARD_AUTH_TRUSTED: '127.0.0.1',
      });
      page = await openPage();
    });
    after(async () => {
      await page?.close();
      await service?.stop();
    });

    const outcomeOf = (ticket: string): string | undefined => {
      const isOf = ({ ticketId }: LoggedEvent) => ticketId === ticketIdOf(digestOf(ticket));
      if (service.eventsOf('ws_ticket_redeemed').some(isOf)) return 'admitted';
      return service.eventsOf('ws_ticket_rejected').find(isOf)?.reason as string | undefined;
    };

    for (const [guardName, guard] of Object.entries(guards))
      for (const [host, byTrigger] of Object.entries(expected) as [Host, (typeof expected)[Host]][])
        it(`are admitted by ${guardName} as the origin rule says, from ${host}`, async () => {
          const guarded = await guard.start(service);
          const app = `http://${HOSTS['the page of the ticket']}:${guarded.port}`;
          const ticketsFor = (path?: string) =>
            issueTicket(service, { origin: app, ...(path !== undefined && { path }) });
          const pageUrl = `http://${HOSTS[host]}:${guarded.port}/page`;
          const outcomes: Record<string, string[]> = {};
          const ask = async (asking: readonly Trigger[], path: string | undefined) => {
            await page.open(pageUrl);
            const tickets = await Promise.all(asking.map(async (name) => [name, await ticketsFor(path)] as const));
            for (const [name, ticket] of tickets) await page.run(triggers[name](`${app}${PATH}?ticket=${ticket}`));
            for (const [name, ticket] of tickets) {
              const outcome = await until(`the request by ${name} arrives`, () => outcomeOf(ticket));
              outcomes[name] = [...(outcomes[name] ?? []), outcome];
            }
          };
          try {
            for (const path of [undefined, PATH]) {
              await ask(lasting, path);
              for (const trigger of guard.leaving) await ask([trigger], path);
            }
            const sent = [...lasting, ...guard.leaving].map((name) => [name, byTrigger[name]]);
            expect(outcomes).to.deep.equal(Object.fromEntries(sent));
          } finally {
            await guarded.stop();
          }
        });

    it('open no WebSocket with the ticket of a download, and only a ticket with a path from the address bar', async () => {
      const guarded = await byGateway.start(service);
      const app = `http://${HOSTS['the page of the ticket']}:${guarded.port}`;
      const issued = async (path: string | undefined) =>
        issueTicket(service, { origin: app, ...(path !== undefined && { path }) });
      const [download, bound, typed] = [await issued('/files/1'), await issued(undefined), await issued(PATH)];
      await page.open(`${app}/page`);
      await page.run(triggers.WebSocket(`${app}/socket?ticket=${download}`));
      await until('the handshake arrives', () => outcomeOf(download));
      await page.open(`${app}${PATH}?ticket=${bound}`);
      await page.open(`${app}${PATH}?ticket=${typed}`);
      await guarded.stop();
      expect([download, bound, typed].map(outcomeOf)).to.deep.equal(['path', 'origin', 'admitted']);
    });
  });
