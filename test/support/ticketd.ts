import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { watchStreams } from './log-stream.ts';
import { watchReceived } from './openapi/client-side.ts';

const FROM_SOURCE = process.env.TEST_CLI === 'source';
/** The built CLI, or its source where coverage is measured, line by line. */
const CLI = fileURLToPath(new URL(`../../${FROM_SOURCE ? 'bin/ticketd.ts' : 'dist/ticketd.cjs'}`, import.meta.url));
const NODE_ARGS = FROM_SOURCE ? ['--import', createRequire(import.meta.url).resolve('tsx')] : [];
const LINE_TIMEOUT_MS = 25_000;

export interface LogLine {
  readonly event?: string;
  readonly [field: string]: unknown;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The CLI as a process of its own. */
export interface Ticketd {
  readonly process: ChildProcess;
  /** Every JSON line of its standard output so far. */
  readonly lines: readonly LogLine[];
  /** Resolves with the first line, past or to come, that fits; rejects when the process ends without one. */
  line(fits: string | ((line: LogLine) => boolean)): Promise<LogLine>;
  linesOf(event: string): readonly LogLine[];
  /** The names of the events logged so far, in order. */
  readonly events: readonly (string | undefined)[];
  readonly stdout: string;
  readonly stderr: string;
  /** All that it has said so far, on both. */
  readonly output: string;
  readonly exit: Promise<Exit>;
  /** Where the listener of that name listens, once it does. */
  url(listener?: 'public' | 'internal'): Promise<string>;
}

export interface TicketdOptions {
  /** A command that starts the one given behind it, such as `unshare`. */
  readonly through?: readonly string[];
  /** The file of the CLI; by default the one that was built. */
  readonly cli?: string;
  /** The Node.js that runs it; by default the one that runs this. */
  readonly node?: string;
  /** Why `serve` may write something else than its log lines. */
  readonly writesMore?: string;
}

/** What no output may hold, in plain text or inside a JSON string. */
export const STACK_TRACE = /(\n|\\n) +at .+:\d+:\d+/;

const running = new Set<ChildProcess>();

/** Ends whatever the tests left running. */
export const endAll = async (): Promise<void> => {
  await Promise.all(
    [...running].map(async (child) => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }),
  );
};

/** Runs `ticketd ARGS` with no environment but PATH and what is given. */
export const ticketd = (
  args: readonly string[],
  env: Record<string, string> = {},
  { through = [], cli = CLI, node = process.execPath, writesMore }: TicketdOptions = {},
): Ticketd => {
  const [command = '', ...rest] = [...through, node, ...NODE_ARGS, cli, ...args];
  const child = spawn(command, rest, {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const isService = args[0] === 'serve' && !args.includes('--help');
  if (isService && writesMore === undefined) watchStreams(child);
  child.once('exit', () => running.delete(child));
  return watch(child);
};

/** Runs `ticketd serve` on free ports. */
export const serve = (env: Record<string, string>, options?: TicketdOptions): Ticketd =>
  ticketd(['serve'], { HOST: '127.0.0.1', PORT: '0', INTERNAL_HOST: '127.0.0.1', INTERNAL_PORT: '0', ...env }, options);

const watch = (child: ChildProcess): Ticketd => {
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  const output = { stdout: '', stderr: '' };
  const answers = watchReceived();
  let ended = false;
  const tell = () => {
    for (const check of waiting) check();
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (text) => {
      const told = parse(text);
      lines.push(told);
      answers.hear(told);
      tell();
    });
  // 'close' comes once the last output has been read.
  const exit = once(child, 'close').then(([code, signal]) => {
    ended = true;
    answers.end();
    tell();
    return { code, signal };
  });

  const line: Ticketd['line'] = (fits) =>
    new Promise((resolve, reject) => {
      const matches = typeof fits === 'string' ? (candidate: LogLine) => candidate.event === fits : fits;
      const settle = (finish: () => void) => {
        waiting.delete(check);
        clearTimeout(timer);
        finish();
      };
      const fail = (why: string) =>
        settle(() => reject(new Error(`${why} the line ${fits}; it said:\n${output.stdout}${output.stderr}`)));
      const check = () => {
        const found = lines.find(matches);
        if (found !== undefined) settle(() => resolve(found));
        else if (ended) fail('ended without');
      };
      const timer = setTimeout(() => fail(`took more than ${LINE_TIMEOUT_MS} ms over`), LINE_TIMEOUT_MS);
      waiting.add(check);
      check();
    });

  return {
    process: child,
    lines,
    line,
    linesOf: (event) => lines.filter((candidate) => candidate.event === event),
    get events() {
      return lines.map(({ event }) => event);
    },
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    get output() {
      return output.stdout + output.stderr;
    },
    exit,
    url: async (listener = 'public') => {
      const { port } = await line((one) => one.event === 'server_listening' && one.listener === listener);
      return `http://127.0.0.1:${port}`;
    },
  };
};

const parse = (text: string): LogLine => {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
};
