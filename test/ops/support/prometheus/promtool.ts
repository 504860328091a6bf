import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** The problems that `promtool ARGS` reports for `input`; empty if there are none. */
export const promtool = async (args: readonly string[], input = ''): Promise<string> => {
  const child = spawn('promtool', args, { stdio: 'pipe' });
  child.stdin.end(input);
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'close');
  return code === 0 ? '' : (await said).join('') || `exit code ${code}`;
};
