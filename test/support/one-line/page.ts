import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import type { InstalledPackage } from '../installed-package.ts';

const ROOT = new URL('../../../', import.meta.url);

/** The program of a page as a bundler builds it, with the installed library. */
const bundlePage = async (path: string, installed: InstalledPackage): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(path, ROOT))],
    bundle: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    // The build that the package has for bundlers.
    alias: { 'ticketd/client': join(installed.path, 'dist/client/browser.js') },
  });
  return outputFiles[0]?.text ?? '';
};

/** A server of pages. */
export interface PageServer {
  readonly origin: string;
  stop(): Promise<void>;
}

/** Serves an empty page. */
export const startPageServer = async (): Promise<PageServer> => {
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>A page</title>'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

/** A page of Chromium that runs the program of that name beside this file. */
export interface OpenPage {
  /** What the program reported, and its errors. */
  readonly reports: readonly string[];
  failedRequests(): number;
  setOffline(offline: boolean): Promise<void>;
  /** From now on getToken returns nothing. */
  signOut(): Promise<unknown>;
  close(): Promise<void>;
}

export interface Surroundings {
  readonly browser: Browser;
  readonly pages: PageServer;
  readonly installed: InstalledPackage;
}

/** The settings become globals of the page, beside `options` with `ticketUrl` and `getToken`. */
export const openPage = async (
  { browser, pages, installed }: Surroundings,
  name: string,
  settings: { readonly jwt: string; readonly ticketUrl: string; readonly [name: string]: string },
): Promise<OpenPage> => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const reports: string[] = [];
  let failedRequests = 0;
  page.on('pageerror', ({ message }) => reports.push(`error ${message}`));
  page.on('requestfailed', () => {
    failedRequests += 1;
  });
  await page.exposeFunction('report', (what: string) => void reports.push(what));
  await page.goto(pages.origin);
  await page.evaluate(`
    Object.assign(globalThis, ${JSON.stringify(settings)});
    globalThis.options = { ticketUrl, getToken: () => jwt };
  `);
  await page.addScriptTag({
    type: 'module',
    content: await bundlePage(`test/support/one-line/${name}.mjs`, installed),
  });
  return {
    reports,
    failedRequests: () => failedRequests,
    setOffline: (offline) => context.setOffline(offline),
    signOut: () => page.evaluate('globalThis.jwt = null'),
    close: () => context.close(),
  };
};
