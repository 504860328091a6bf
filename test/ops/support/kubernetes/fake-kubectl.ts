import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Told {
  readonly stdout: string;
  /** The standard input of each kubectl call. */
  readonly applied: readonly string[];
  /** The contents of each `--from-file`, by key. */
  readonly files: Readonly<Record<string, string>>;
}

/** Replaces kubectl: stores its input and prints the lines of $LOG as the pod log. */
const KUBECTL = `#!/bin/bash
[ "$1" = logs ] && exec cat "$LOG"
[[ " $* " = *" --filename - "* ]] && cat >"$(mktemp "$KEPT/applied/XXXXXX")"
for argument; do
  [[ $argument = --from-file=* ]] && cat "\${argument#*=*=}" >"$KEPT/files/$(cut -d= -f2 <<<"$argument")"
done
exit 0
`;

/** Runs commands in bash, from the root of the project, with the fake kubectl. */
export const withFakeKubectl = async (commands: string, log = ''): Promise<Told> => {
  const folder = await mkdtemp(join(tmpdir(), 'ticketd-kubectl-'));
  const contents = async (kept: string) => {
    const names = await readdir(join(folder, kept));
    return Promise.all(names.map(async (name) => [name, await readFile(join(folder, kept, name), 'utf8')] as const));
  };
  try {
    for (const kept of ['applied', 'files']) await mkdir(join(folder, kept));
    await writeFile(join(folder, 'kubectl'), KUBECTL, { mode: 0o755 });
    await writeFile(join(folder, 'log'), log);
    const env = {
      PATH: `${folder}:${process.env.PATH}`,
      KEPT: folder,
      LOG: join(folder, 'log'),
      REDIS_URL: 'redis://r',
      JWT_SECRET: 'a secret of the backend, 32 bytes or more',
    };
    const stdout = await bash(commands, env);
    const applied = (await contents('applied')).map(([, text]) => text);
    return { stdout, applied, files: Object.fromEntries(await contents('files')) };
  } finally {
    await rm(folder, { recursive: true });
  }
};

const bash = (commands: string, env: Readonly<Record<string, string>>): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile('bash', ['-euo', 'pipefail', '-c', commands], { env }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stderr}`)),
    );
  });
