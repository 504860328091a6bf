import type { Prepare } from './proxy-process.ts';
import { adapt } from './shipped.ts';

export const prepareHaproxy: Prepare = async (port, directory, { ticketdPort, upstreamPort }) => {
  const config = await adapt('haproxy.cfg', directory, {
    'bind :8080': `bind 127.0.0.1:${port}`,
    '127.0.0.1:3001': `127.0.0.1:${ticketdPort}`,
    '127.0.0.1:9000': `127.0.0.1:${upstreamPort}`,
  });
  return { command: 'haproxy', args: ['-db', '-f', config] };
};
