import { freePort } from '../free-port.ts';
import type { Prepare } from './proxy-process.ts';
import { adapt } from './shipped.ts';

export const prepareCaddy: Prepare = async (port, directory, { ticketdPort, upstreamPort }) => {
  const config = await adapt('Caddyfile', directory, {
    // As shipped it serves every host.
    ':8080 {': `http://:${port} {\n\tbind 127.0.0.1`,
    'localhost:2019': `localhost:${await freePort()}`,
    '127.0.0.1:3001': `127.0.0.1:${ticketdPort}`,
    '127.0.0.1:9000': `127.0.0.1:${upstreamPort}`,
    '/var/log/caddy/': `${directory}/`,
  });
  // It keeps state in the home directory otherwise.
  const env = { HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory };
  return { command: 'caddy', args: ['run', '--config', config, '--adapter', 'caddyfile'], env };
};
