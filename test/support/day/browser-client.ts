import { launchChromium } from '../chromium.ts';
import type { DayAddresses, DayClient, Report } from './day-client.ts';

/** The application of the day in a page of Chromium, whose processes are stopped while it sleeps. */
export const startBrowserClient = async ({ origin }: DayAddresses): Promise<DayClient> => {
  const browser = await launchChromium();
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
