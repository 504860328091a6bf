import { execFileSync } from 'node:child_process';
import { type Browser, chromium } from 'playwright-core';

/** Starts the Chromium of this machine, without the sandbox, which is not available to root. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });

/** The Chromium of this machine. */
export const chromiumPath = (): string => execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
