import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { InstalledPackage } from '../installed-package.ts';
import type { DayAddresses, DayClient, Report } from './day-client.ts';

const FILES = ['program.mjs', 'in-node.mjs'];
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The application of the day as a process of its own, which is stopped while it sleeps. */
export const startNodeClient = async (
  installed: InstalledPackage,
  { origin, socketUrl }: DayAddresses,
): Promise<DayClient> => {
  for (const name of FILES) copyFileSync(here(name), installed.pathOf(name));
  const child = spawn(process.execPath, [installed.pathOf('in-node.mjs'), origin, socketUrl], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const reports: Report[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => reports.push(JSON.parse(line)));
  const tell = async (command: string) => void child.stdin.write(`${command}\n`);
  return {
    reports,
    connect: () => tell('connect'),
    close: () => tell('close'),
    sleep: async () => void child.kill('SIGSTOP'),
    wake: async () => void child.kill('SIGCONT'),
    end: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
};
