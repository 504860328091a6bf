import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import type { BrowserPage } from './page.ts';

const PREFERENCES = `
user_pref('browser.shell.checkDefaultBrowser', false);
user_pref('browser.download.folderList', 2);
user_pref('browser.download.useDownloadDir', true);
user_pref('browser.download.dir', DIRECTORY);
user_pref('datareporting.policy.dataSubmissionEnabled', false);
user_pref('network.captive-portal-service.enabled', false);
`;

/** Starts the Firefox of this machine and drives it by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/). */
export const openFirefoxPage = async (): Promise<BrowserPage> => {
  const directory = await mkdtemp(join(tmpdir(), 'ticketd-firefox-'));
  await writeFile(join(directory, 'user.js'), PREFERENCES.replace('DIRECTORY', JSON.stringify(directory)));
  const firefox = spawn('firefox-esr', ['--headless', '--remote-debugging-port=0', '--profile', directory], {
    env: { PATH: process.env.PATH ?? '', HOME: directory, MOZ_DISABLE_CONTENT_SANDBOX: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = once(firefox, 'close');
  const { send, close } = await connect(`${await addressOf(firefox)}/session`);
  await send('session.new', { capabilities: {} });
  const newTab = async () => (await send('browsingContext.create', { type: 'tab' })).context;
  let context = await newTab();
  return {
    open: async (url) => {
      const before = context;
      context = await newTab();
      await send('browsingContext.close', { context: before });
      await send('browsingContext.navigate', { context, url, wait: 'complete' });
    },
    run: async (script) => {
      const target = { context };
      const { type, exceptionDetails } = await send('script.evaluate', {
        expression: `{ ${script} }`,
        target,
        awaitPromise: false,
        userActivation: true,
      });
      if (type !== 'success') throw new Error(`the script failed: ${JSON.stringify(exceptionDetails)}`);
    },
    close: async () => {
      close();
      firefox.kill('SIGTERM');
      await gone;
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

const addressOf = async ({ stderr }: ChildProcess): Promise<string> => {
  if (stderr === null) throw new Error('Firefox has no standard error');
  for await (const line of createInterface({ input: stderr })) {
    const [, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(line) ?? [];
    // Its later lines are read and dropped: a full pipe would stop it.
    if (address !== undefined) return stderr.resume() && address;
  }
  throw new Error('Firefox ended before it listened');
};

type Send = (method: string, params: object) => Promise<Readonly<Record<string, unknown>>>;

const connect = async (url: string): Promise<{ readonly send: Send; close(): void }> => {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  let last = 0;
  const send: Send = (method, params) =>
    new Promise((resolve, reject) => {
      last += 1;
      const id = last;
      const receive = (data: unknown) => {
        const answer = JSON.parse(String(data));
        if (answer.id !== id) return;
        socket.off('message', receive);
        if (answer.type === 'success') resolve(answer.result);
        else reject(new Error(`${method}: ${answer.message}`));
      };
      socket.on('message', receive);
      socket.send(JSON.stringify({ id, method, params }));
    });
  return { send, close: () => socket.terminate() };
};
