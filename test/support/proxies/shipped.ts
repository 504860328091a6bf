import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const SHIPPED = 'ops/deploy/proxies';

/** Writes a shipped configuration to a file of its own, with other addresses, ports and log files alone. */
export const adapt = async (
  name: string,
  directory: string,
  changes: Readonly<Record<string, string>>,
): Promise<string> => {
  let text = await readFile(join(SHIPPED, name), 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
    text = text.replaceAll(from, to);
  }
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
};
