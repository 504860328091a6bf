import { execFileSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import type { DayAddresses, DayClient, Report } from './day-client.ts';

const chromiumPath = () => execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();

/** The application of the day in a page of Chromium, whose processes are stopped while it sleeps. */
export const startBrowserClient = async ({ origin }: DayAddresses): Promise<DayClient> => {
  // Without the sandbox, which root may not have.
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
  const page = await browser.newPage();
  const reports: Report[] = [];
  await page.exposeFunction('report', (happened: Report) => void reports.push(happened));
  page.on('pageerror', ({ message }) => reports.push({ type: 'error', reason: message }));
  await page.goto(origin);
  const devTools = await browser.newBrowserCDPSession();
  const signalRenderers = async (signal: NodeJS.Signals) => {
    const { processInfo } = await devTools.send('SystemInfo.getProcessInfo');
    for (const { type, id } of processInfo) if (type === 'renderer') process.kill(id, signal);
  };
  const call = (name: string) => page.evaluate(`client.${name}()`).then(() => undefined);
  return {
    reports,
    connect: () => call('connect'),
    close: () => call('close'),
    sleep: () => signalRenderers('SIGSTOP'),
    wake: () => signalRenderers('SIGCONT'),
    end: async () => {
      await signalRenderers('SIGCONT');
      await browser.close();
    },
  };
};
