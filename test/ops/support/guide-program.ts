import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { type InstalledPackage, installPackage } from '../../support/installed-package.ts';

/** What the examples of a guide need around them. */
export interface GuidePrograms {
  /** Runs a program that prints one line when it is ready; resolves with that line. */
  start(text: string, env: Readonly<Record<string, string>>): Promise<string>;
  /** Ends the programs, which must still run and have written no error. */
  stop(): Promise<void>;
}

export const createGuidePrograms = async (packages: readonly string[]): Promise<GuidePrograms> => {
  const installed: InstalledPackage = await installPackage(packages);
  const running: { readonly child: ChildProcess; stderr: string }[] = [];

  const start: GuidePrograms['start'] = async (text, env) => {
    const file = installed.write(`program-${running.length}.mjs`, text);
    const child = spawn(process.execPath, [file], { cwd: dirname(file), env: { ...env }, stdio: 'pipe' });
    const program = { child, stderr: '' };
    running.push(program);
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      program.stderr += part;
    });
    const lines = createInterface({ input: child.stdout });
    const [line] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [undefined])]);
    if (line === undefined) throw new Error(`the program ended: ${program.stderr}`);
    return line;
  };

  return {
    start,
    stop: async () => {
      const ended = await Promise.all(
        running.map(async ({ child, stderr }) => {
          const alive = child.exitCode === null;
          const exit = alive && once(child, 'exit');
          child.kill('SIGKILL');
          await exit;
          return { alive, stderr };
        }),
      );
      installed.remove();
      expect(ended).to.deep.equal(ended.map(() => ({ alive: true, stderr: '' })));
    },
  };
};
