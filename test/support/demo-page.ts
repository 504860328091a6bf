import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { type Demo, type DemoOptions, startDemo } from './demo.ts';
import { until } from './until.ts';

const TIMEOUT_MS = 30_000;

/** A started demo and its page in Chromium. */
export interface DemoPage extends DemoWindow {
  readonly demo: Demo;
  /** Opens the page once more, in a browser context of its own. */
  openAnother(): Promise<DemoWindow>;
  close(): Promise<void>;
}

export interface DemoWindow {
  readonly page: Page;
  /** Errors that the page threw. */
  readonly errors: readonly string[];
  press(name: string): Promise<void>;
  /** Waits until the element's text is `text`, or matches it. */
  untilText(selector: string, text: string | RegExp): Promise<void>;
  textsOf(selector: string): Promise<string[]>;
  axeViolations(colorScheme: 'light' | 'dark'): Promise<string[]>;
}

export const openDemoPage = async (options: DemoOptions = {}): Promise<DemoPage> => {
  const demo = await startDemo(options);
  const browser = await launchChromium();
  const newContext = () => browser.newContext({ viewport: { width: 1280, height: 900 } });
  const context = await newContext();
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: demo.pageUrl });
  return {
    demo,
    ...(await openWindow(context, demo)),
    openAnother: async () => openWindow(await newContext(), demo),
    close: async () => {
      await browser.close();
      await demo.stop();
    },
  };
};

const openWindow = async (context: BrowserContext, { pageUrl }: Demo): Promise<DemoWindow> => {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(pageUrl);
  return {
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
  };
};

const axeViolations = async (page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> => {
  await page.emulateMedia({ colorScheme });
  await page.addScriptTag({ content: axe.source });
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
};
