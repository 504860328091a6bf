import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as forward, type RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { TICKET_PATH } from '../../support/ask.ts';
import { chromiumPath } from '../../support/chromium.ts';
import { listen } from '../../support/gateway-rig.ts';
import { token } from '../../support/jwt.ts';
import { REVOKE_PATH } from '../../support/redeem.ts';
import { type RunningService, startService } from '../../support/service.ts';
import { type Authority, createAuthority } from '../../support/tls.ts';

// `example` has no entry in the public suffix list: the last two labels are the site.
const TICKETD = 'tickets.site.example';
const PAGES = { allowed: 'app.other.example', foreign: 'evil.example', sibling: 'user-content.site.example' };

/** A profile of a browser that, unlike a private window, sends cookies to another site than that of the page. */
const profileWithCookiesOfOtherSites = async (): Promise<string> => {
  const profile = await mkdtemp(join(tmpdir(), 'ticketd-chromium-'));
  await mkdir(join(profile, 'Default'));
  const preferences = { profile: { cookie_controls_mode: 0, block_third_party_cookies: false } };
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  return profile;
};

describe('JWT_COOKIE in Chromium', function () {
  this.timeout(60_000);
  let authority: Authority;
  let server: Server;
  let port: number;
  let browser: BrowserContext;
  let profile: string;
  let service: RunningService | undefined;

  before(async () => {
    authority = await createAuthority();
    const { certFile, keyFile } = await authority.certify(`DNS:${TICKETD}`);
    const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
    server = createServer(tls, (incoming, outgoing) => answer(incoming, outgoing));
    port = await listen(server);
    profile = await profileWithCookiesOfOtherSites();
    browser = await chromium.launchPersistentContext(profile, {
      ignoreHTTPSErrors: true,
      executablePath: chromiumPath(),
      args: ['--no-sandbox', '--ignore-certificate-errors', '--host-resolver-rules=MAP *.example 127.0.0.1'],
    });
  });
  after(async () => {
    await browser?.close();
    server.closeAllConnections();
    server.close();
    await authority.remove();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  });
  afterEach(async () => {
    await service?.stop();
    service = undefined;
  });

  /** A page at each host; below `/api` of the host of ticketd, ticketd itself, as behind a proxy. */
  const answer: RequestListener = (incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    if (service === undefined || headers.host !== `${TICKETD}:${port}` || !url.startsWith('/api'))
      return void outgoing.setHeader('Content-Type', 'text/html').end('<p>a page</p>');
    const passed = forward(`${service.url}${url}`, { method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 0, response.headers);
      response.pipe(outgoing);
    });
    incoming.pipe(passed);
  };

  const originOf = (host: string) => `https://${host}:${port}`;

  const start = async (cookie: string) => {
    service = await startService({
      REDIS_URL: 'memory://',
      JWT_COOKIE: cookie,
      CORS_ORIGINS: originOf(PAGES.allowed),
    });
    return service;
  };

  // As text: the types of these tests know no document.
  const setCookie = (page: Page, cookie: string) => page.evaluate(`document.cookie = ${JSON.stringify(cookie)}`);

  /** A browser that is signed in at the host of ticketd. */
  const signIn = async (name: string) => {
    await browser.clearCookies();
    const page = await browser.newPage();
    await page.goto(originOf(TICKETD));
    await setCookie(page, `${name}=${token()}; Secure; Path=/; SameSite=None`);
    return page;
  };

  const postFrom = async (page: Page, host: string, mode: 'cors' | 'no-cors', path = TICKET_PATH) => {
    await page.goto(originOf(host));
    return page.evaluate(
      async ([url, init]) => {
        const response = await fetch(url, init).catch(() => undefined);
        return response === undefined ? 'not readable' : response.status;
      },
      [`${originOf(TICKETD)}${path}`, { method: 'POST', credentials: 'include', mode }] as const,
    );
  };
  const issued = () => service?.eventsOf('ws_ticket_issued').length;
  const lastCode = () => service?.eventsOf('request').at(-1)?.errorCode;

  it('gives a ticket and a revocation to a page of CORS_ORIGINS on another site, and to a page of ticketd itself', async () => {
    await start('__Host-jwt');
    const page = await signIn('__Host-jwt');
    for (const host of [PAGES.allowed, TICKETD]) {
      expect(await postFrom(page, host, 'cors')).to.equal(200);
      expect(await postFrom(page, host, 'cors', REVOKE_PATH)).to.equal(204);
    }
    expect(issued()).to.equal(2);
  });

  for (const host of [PAGES.foreign, PAGES.sibling])
    it(`gives neither to a page of ${host}, whether it may read the response or not`, async () => {
      const { eventsOf } = await start('__Host-jwt');
      const page = await signIn('__Host-jwt');
      for (const mode of ['cors', 'no-cors'] as const)
        for (const path of [TICKET_PATH, REVOKE_PATH]) {
          const before = eventsOf('request').length;
          expect(await postFrom(page, host, mode, path)).to.equal('not readable');
          expect(eventsOf('request')).to.have.lengthOf(before + 1);
          expect(lastCode()).to.equal('AUTH_TOKEN_MISSING');
        }
      expect(eventsOf('auth_rejected')[0]?.detail).to.match(/^its Origin is not in CORS_ORIGINS/);
      expect(issued()).to.equal(0);
      expect(eventsOf('ws_ticket_revoked')).to.deep.equal([]);
    });

  /** A second cookie of that name, which a page on a sibling subdomain sets for the whole site. */
  const tossCookie = async (page: Page, name: string) => {
    await page.goto(originOf(PAGES.sibling));
    await setCookie(
      page,
      `${name}=${token({ sub: 'mallory' })}; Domain=site.example; Path=/api; Secure; SameSite=None`,
    );
  };

  it('refuses a request to which a subdomain has added a second cookie of that name', async () => {
    await start('jwt');
    const page = await signIn('jwt');
    await tossCookie(page, 'jwt');
    expect(await postFrom(page, PAGES.allowed, 'cors')).to.equal(401);
    expect(lastCode()).to.equal('AUTH_TOKEN_INVALID');
  });

  it('gives a ticket when a subdomain has tried to, and the name begins with __Host-', async () => {
    await start('__Host-jwt');
    const page = await signIn('__Host-jwt');
    await tossCookie(page, '__Host-jwt');
    expect(await postFrom(page, PAGES.allowed, 'cors')).to.equal(200);
    expect(service?.eventsOf('ws_ticket_issued')[0]).to.include({ subject: 'alice' });
  });
});
