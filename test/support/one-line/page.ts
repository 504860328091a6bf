import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { loadLibraries } from '../build.ts';

const ROOT = new URL('../../../', import.meta.url);

/** The program of a page as a bundler builds it, with the library as the package has it for bundlers. */
const bundlePage = async (path: string, library: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(path, ROOT))],
    bundle: true,
    format: 'esm',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { 'ticketd/client': join(library, 'browser.js') },
  });
  return outputFiles[0]?.text ?? '';
};

/** A server of pages. */
export interface PageServer {
  readonly origin: string;
  /** The folder of the built library. */
  readonly library: string;
  stop(): Promise<void>;
}

/** Builds the library, and serves an empty page. */
export const startPageServer = async (): Promise<PageServer> => {
  const library = mkdtempSync(join(tmpdir(), 'ticketd-client-'));
  await (await loadLibraries()).buildClient(library);
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>A page</title>'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    library,
    stop: async () => {
      rmSync(library, { recursive: true });
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
}

/** The settings become globals of the page, beside `options` with `ticketUrl` and `getToken`. */
export const openPage = async (
  { browser, pages }: Surroundings,
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
    content: await bundlePage(`test/support/one-line/${name}.mjs`, pages.library),
  });
  return {
    reports,
    failedRequests: () => failedRequests,
    setOffline: (offline) => context.setOffline(offline),
    signOut: () => page.evaluate('globalThis.jwt = null'),
    close: () => context.close(),
  };
};
