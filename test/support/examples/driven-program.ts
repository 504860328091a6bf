import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { GATEWAY_KEY } from '../redeem.ts';
import { PYTHON } from './examples.ts';
import { buildGo } from './go.ts';

const FOLDER = 'test/support/examples/driven';

/** A gateway in another language that redeems and tracks when it is told to, and prints a line for each. */
export interface DrivenProgram {
  /** Sends a command, if there is one, and resolves with the next line. */
  next(command?: string): Promise<string>;
  /** All that it has logged so far. */
  readonly log: string;
  stop(): Promise<void>;
}

export type Drive = (ticketdUrl: string) => DrivenProgram;

export const drivePython: Drive = (ticketdUrl) =>
  drive(PYTHON, [`${FOLDER}/driven.py`], {
    TICKETD_URL: ticketdUrl,
    PYTHONPATH: resolve('ops/examples/python'),
    PYTHONDONTWRITEBYTECODE: '1',
  });

/** Builds the program in a folder of its own. */
export const prepareGo = async (folder: string): Promise<Drive> => {
  const binary = await buildGo(folder, ['ops/examples/go/ticketd.go', `${FOLDER}/driven.go`]);
  return (ticketdUrl) => drive(binary, [], { TICKETD_URL: ticketdUrl });
};

const drive = (command: string, args: readonly string[], env: Readonly<Record<string, string>>): DrivenProgram => {
  const { PATH = '' } = process.env;
  const child = spawn(command, [...args], { env: { PATH, GATEWAY_KEY, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const exit = once(child, 'exit');
  // Its log is not part of the conversation.
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    next: async (said) => {
      if (said !== undefined) child.stdin.write(`${said}\n`);
      return (await lines.next()).value ?? 'no line';
    },
    get log() {
      return log;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await exit;
    },
  };
};
