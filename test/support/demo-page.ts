import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { type Demo, type DemoOptions, startDemo } from './demo.ts';
import { until } from './until.ts';

const TIMEOUT_MS = 30_000;

/** A started demo and its page in Chromium. */
export interface DemoPage {
  readonly demo: Demo;
  readonly page: Page;
  /** Errors that the page threw. */
  readonly errors: readonly string[];
  press(name: string): Promise<void>;
  /** Waits until the element's text is `text`, or matches it. */
  untilText(selector: string, text: string | RegExp): Promise<void>;
  textsOf(selector: string): Promise<string[]>;
  axeViolations(colorScheme: 'light' | 'dark'): Promise<string[]>;
  close(): Promise<void>;
}

export const openDemoPage = async (options: DemoOptions = {}): Promise<DemoPage> => {
  const demo = await startDemo(options);
  const browser = await launchChromium();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: demo.pageUrl });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(demo.pageUrl);
  return {
    demo,
    page,
    errors,
    press: (name) => page.getByRole('button', { name, exact: true }).click(),
    untilText: async (selector, text) => {
      const element = page.locator(selector);
      const matches = (shown: string) => (typeof text === 'string' ? shown === text : text.test(shown));
      await until(`${selector} is ${text}`, async () => matches(await element.innerText()), TIMEOUT_MS);
    },
    textsOf: (selector) => page.locator(selector).allInnerTexts(),
    axeViolations: (colorScheme) => axeViolations(page, colorScheme),
    close: async () => {
      await browser.close();
      await demo.stop();
    },
  };
};

const axeViolations = async (page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> => {
  await page.emulateMedia({ colorScheme });
  await page.addScriptTag({ content: axe.source });
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
};
