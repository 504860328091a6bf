import { launchChromium } from '../chromium.ts';
import type { BrowserPage } from './page.ts';

export const openChromiumPage = async (): Promise<BrowserPage> => {
  const browser = await launchChromium();
  let page = await browser.newPage();
  return {
    open: async (url) => {
      await page.close();
      page = await browser.newPage();
      await page.goto(url);
    },
    run: async (script) => void (await page.evaluate(`{ ${script} }`)),
    close: () => browser.close(),
  };
};
