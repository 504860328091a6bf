import { freePort } from '../free-port.ts';
import type { Launch, Prepare } from './proxy-process.ts';
import { adapt } from './shipped.ts';

export const prepareCaddy: Prepare = (...where) => prepare({}, ...where);

/** As Caddy 2.9 to 2.11.1, whose copy_headers leaves out the headers that are empty for most tickets. */
export const prepareCaddyWithoutEmptyCopies: Prepare = (...where) =>
  prepare({ [COPIED]: 'X-Ticketd-Subject X-Ticketd-Session X-Ticketd-Session-Expires' }, ...where);

const COPIED =
  'X-Ticketd-Issuer X-Ticketd-Subject X-Ticketd-Session X-Ticketd-Audience X-Ticketd-Channel X-Ticketd-Claims X-Ticketd-Session-Expires';

const prepare = async (
  changes: Readonly<Record<string, string>>,
  ...[port, directory, { ticketdPort, upstreamPort }]: Parameters<Prepare>
): Promise<Launch> => {
  const config = await adapt('Caddyfile', directory, {
    // As shipped it serves every host.
    ':8080 {': `http://:${port} {\n\tbind 127.0.0.1`,
    'localhost:2019': `localhost:${await freePort()}`,
    '127.0.0.1:3001': `127.0.0.1:${ticketdPort}`,
    '127.0.0.1:9000': `127.0.0.1:${upstreamPort}`,
    '/var/log/caddy/': `${directory}/`,
    ...changes,
  });
  // It keeps state in the home directory otherwise.
  const env = { HOME: directory, XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory };
  return { command: 'caddy', args: ['run', '--config', config, '--adapter', 'caddyfile'], env };
};
