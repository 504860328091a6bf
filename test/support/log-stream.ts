import type { ChildProcess } from 'node:child_process';

const faults: string[] = [];

/** Watches a `serve`: it writes JSON lines to stdout, and to stderr at most the one line of a failed start. */
export const watchStreams = (child: ChildProcess): void => {
  const read = { stdout: '', stderr: '' };
  const note = (stream: keyof typeof read, what: string) => faults.push(`serve wrote to ${stream}: ${what}`);
  child.stdout?.on('data', (text) => {
    const lines = `${read.stdout}${text}`.split('\n');
    // Of a process that is killed, the last line may be incomplete.
    read.stdout = lines.pop() ?? '';
    for (const line of lines) if (!isJson(line)) note('stdout', line);
  });
  child.stderr?.on('data', (text) => {
    read.stderr += text;
    if (!isReason(read.stderr)) note('stderr', read.stderr);
  });
  child.once('close', (code) => {
    if (read.stderr !== '' && !code) note('stderr', `${read.stderr}, although its start had not failed`);
  });
};

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line);
    return line.startsWith('{');
  } catch {
    return false;
  }
};

const isReason = (text: string): boolean => /^(ticketd|error): [^\n]+\n?$/.test(text);

/** Throws if a `serve` wrote anything else since the last call. */
export const expectOnlyLog = (): void => {
  const found = faults.splice(0);
  if (found.length > 0) throw new Error([...new Set(found)].join('\n'));
};
