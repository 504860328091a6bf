import { join } from 'node:path';
import type { Launch, Prepare } from './proxy-process.ts';
import { adapt } from './shipped.ts';

export const prepareNginx: Prepare = async (port, directory, { ticketdPort, upstreamPort }) => {
  const config = await adapt('nginx.conf', directory, {
    'listen 8080;': `listen 127.0.0.1:${port};`,
    '127.0.0.1:3001': `127.0.0.1:${ticketdPort}`,
    '127.0.0.1:9000': `127.0.0.1:${upstreamPort}`,
    '/var/log/nginx/': `${directory}/`,
  });
  return runNginx(config, directory);
};

/** How nginx runs in the foreground, with all that it writes in a directory. */
export const runNginx = (config: string, directory: string): Launch => {
  const own = `daemon off; pid ${join(directory, 'nginx.pid')};`;
  return { command: 'nginx', args: ['-e', 'stderr', '-p', directory, '-c', config, '-g', own] };
};
